import { KonnectError } from "../errors.js";
import { aborted } from "../shared/abort.js";
import type { Keys } from "./jwks-cache.js";
import { type Claim, readClaim } from "./signed-payload.js";
import type { Verification } from "./verification.js";
import type { createWorkerPool, VerifyWorkers } from "./worker-pool.js";

/** How many records are verified. */
export interface VerifyAllOptions {
  /** How many records may be under way at most: what is held in memory. Default 4,096. */
  concurrency?: number | undefined;
  /** Threads to spread the work over; 0: none. Default: as many as there are cores. Without threads in this runtime: none. */
  workers?: number | undefined;
  /** Ends it. */
  signal?: AbortSignal | undefined;
}

/** A record, and what became of it. */
export interface VerifiedLine<R extends string | Uint8Array> {
  line: R;
  verification: Verification;
}

/** What the verifier lends. */
interface Lent {
  verify(record: string | Uint8Array): Promise<Verification>;
  keys(): Promise<Keys | undefined>;
  pool: ReturnType<typeof createWorkerPool>;
}

/** So many records go to a thread at once: fewer would cost more in messages than in arithmetic. */
const BATCH = 128;

/**
 * Verifies many records in the order they come. Threads do the arithmetic; what no key matches there goes the way of a
 * single record, with its refetching of keys.
 */
export async function* verifyAll<R extends string | Uint8Array>(
  records: Iterable<R> | AsyncIterable<R>,
  options: VerifyAllOptions | undefined,
  { verify, keys, pool }: Lent,
): AsyncGenerator<VerifiedLine<R>, void, undefined> {
  const { concurrency = 4_096, workers, signal } = checked(records, options);
  const pending: Promise<VerifiedLine<R>[]>[] = [];
  let threads: VerifyWorkers | undefined;
  let batches = 0;
  const begin = async (batch: R[], helpers: VerifyWorkers | undefined): Promise<VerifiedLine<R>[]> => {
    const claims = batch.map(readClaim);
    const found = helpers === undefined ? [] : await helpers.verify(claims.filter(isClaim));
    const results: VerifiedLine<R>[] = [];
    let next = 0;
    for (const [i, line] of batch.entries()) {
      const claim = claims[i]!;
      const verification = isClaim(claim) ? (found[next++] ?? (await verify(line))) : claim;
      results.push({ line, verification });
    }
    return results;
  };
  const most = Math.max(1, Math.floor(concurrency / BATCH));
  try {
    for await (const batch of inBatches(records, Math.min(BATCH, concurrency))) {
      throwIfAborted(signal);
      // Threads cost some 50 ms: not for what fits into one batch.
      if (++batches >= 2) {
        // Asked for each time: keys age, and one that Konnect removed must not go on counting.
        const next = pool.borrow(workers, (await keys())?.keys ?? []);
        const old = threads;
        if (old !== undefined) void Promise.allSettled(pending).then(() => old.close());
        threads = next;
      }
      const result = begin(batch, threads);
      // Rejections are taken where it is awaited.
      result.catch(() => {});
      pending.push(result);
      if (pending.length >= most) yield* await untilAborted(pending.shift()!, signal);
    }
    while (pending.length > 0) yield* await untilAborted(pending.shift()!, signal);
  } finally {
    threads?.close();
  }
}

function isClaim(claim: Claim | Verification): claim is Claim {
  return "payload" in claim;
}

async function* inBatches<R>(records: Iterable<R> | AsyncIterable<R>, size: number): AsyncGenerator<R[]> {
  let batch: R[] = [];
  for await (const record of records) {
    batch.push(record);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const result = await work;
  throwIfAborted(signal);
  return result;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal, "during verifyAll");
}

function checked(records: unknown, options: VerifyAllOptions = {}): VerifyAllOptions {
  if (typeof records === "string" || records instanceof Uint8Array)
    throw new KonnectError(
      "invalid_input",
      "verifyAll takes many records, and got one: pass an array of records, or call verify(record)",
    );
  const isIterable =
    typeof records === "object" &&
    records !== null &&
    (Symbol.iterator in records || Symbol.asyncIterator in records);
  if (!isIterable)
    throw new KonnectError("invalid_input", "verifyAll takes an array or an (async) iterable of records");
  const refuse = (problem: string) => {
    throw new KonnectError("invalid_options", `verifyAll: ${problem}`);
  };
  const { concurrency, workers, signal } = options;
  if (concurrency !== undefined && !(Number.isSafeInteger(concurrency) && concurrency > 0))
    refuse("concurrency must be a whole number above 0");
  if (workers !== undefined && !(Number.isSafeInteger(workers) && workers >= 0))
    refuse("workers must be a whole number, 0 or more");
  if (signal !== undefined && typeof signal?.addEventListener !== "function")
    refuse("signal must be an AbortSignal");
  return options;
}
