import { KonnectError } from "../errors.js";
import { aborted } from "../shared/abort.js";
import { matchClaims, type VerifyEngine } from "./engine.js";
import type { Keys } from "./jwks-cache.js";
import { type Claim, readClaim } from "./signed-payload.js";
import type { Verification } from "./verification.js";
import { type createWorkerPool, threadCount, type VerifyWorkers } from "./worker-pool.js";

/** The options of `verifyAll`. */
export interface VerifyAllOptions {
  /** The most records in memory at once. Default: 512 for each thread. */
  concurrency?: number | undefined;
  /** The number of threads; 0 for none. Default: the number of cores. Ignored in a runtime without threads. */
  workers?: number | undefined;
  /** Ends the verification. */
  signal?: AbortSignal | undefined;
}

/** A record and its verification. */
export interface VerifiedLine<R extends string | Uint8Array> {
  line: R;
  verification: Verification;
}

/** The parts of the verifier that `verifyAll` uses. */
interface Lent {
  verify(record: string | Uint8Array): Promise<Verification>;
  keys(): Promise<Keys | undefined>;
  pool: ReturnType<typeof createWorkerPool>;
  engine: VerifyEngine | undefined;
}

/** The number of records in a message to a thread. With fewer, messages would cost more than the arithmetic. */
const BATCH = 128;
/** Keeps a thread busy. With eight times as many, garbage collection takes twice the time, because more of it survives. */
const PER_THREAD = 4 * BATCH;

/**
 * Verifies many records and keeps their order. Threads do the arithmetic. A record that no key matches there is verified
 * again like a single one, which may refetch the keys.
 */
export async function* verifyAll<R extends string | Uint8Array>(
  records: Iterable<R> | AsyncIterable<R>,
  options: VerifyAllOptions | undefined,
  { verify, keys, pool, engine }: Lent,
): AsyncGenerator<VerifiedLine<R>, void, undefined> {
  const { workers, signal, ...rest } = checked(records, options);
  const { concurrency = PER_THREAD * Math.max(1, threadCount(workers)) } = rest;
  const pending: Promise<VerifiedLine<R>[]>[] = [];
  let threads: VerifyWorkers | undefined;
  let batches = 0;
  const match = async (claims: Claim[], helpers: VerifyWorkers | undefined) => {
    if (helpers !== undefined) return helpers.verify(claims);
    return engine?.isActive ? matchClaims(engine, claims, (await keys())?.keys ?? []) : [];
  };
  const begin = async (batch: R[], helpers: VerifyWorkers | undefined): Promise<VerifiedLine<R>[]> => {
    const claims = batch.map(readClaim);
    const found = await match(claims.filter(isClaim), helpers);
    const results: VerifiedLine<R>[] = [];
    let next = 0;
    for (let i = 0; i < batch.length; i++) {
      const line = batch[i]!;
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
      // Starting threads takes some 50 ms: too long for a single batch.
      if (++batches >= 2) {
        // For each batch, because keys age: a key that Konnect removed must not stay valid.
        const next = pool.borrow(workers, (await keys())?.keys ?? []);
        const old = threads;
        if (old !== undefined) void Promise.allSettled(pending).then(() => old.close());
        threads = next;
      }
      const result = begin(batch, threads);
      // A rejection is handled where the result is awaited.
      result.catch(() => {});
      pending.push(result);
      // Not yield*: it takes three turns of the microtask queue for each record.
      if (pending.length >= most) for (const line of await untilAborted(pending.shift()!, signal)) yield line;
    }
    while (pending.length > 0) for (const line of await untilAborted(pending.shift()!, signal)) yield line;
  } finally {
    threads?.close();
  }
}

function isClaim(claim: Claim | Verification): claim is Claim {
  return "payload" in claim;
}

async function* inBatches<R>(records: Iterable<R> | AsyncIterable<R>, size: number): AsyncGenerator<R[]> {
  let batch: R[] = [];
  const isFull = (record: R) => batch.push(record) >= size;
  const take = () => {
    const full = batch;
    batch = [];
    return full;
  };
  // `for await` would wait a turn for each record of an array.
  if (Symbol.asyncIterator in records) {
    for await (const record of records) if (isFull(record)) yield take();
  } else {
    for (const record of records) if (isFull(record)) yield take();
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
      "verifyAll: records must be an array or an iterable (got one record); pass an array, or call verify(record)",
    );
  const isIterable =
    typeof records === "object" &&
    records !== null &&
    (Symbol.iterator in records || Symbol.asyncIterator in records);
  if (!isIterable)
    throw new KonnectError("invalid_input", "verifyAll: records must be an array or an (async) iterable");
  const refuse = (problem: string) => {
    throw new KonnectError("invalid_options", `verifyAll: ${problem}`);
  };
  const { concurrency, workers, signal } = options;
  if (concurrency !== undefined && !(Number.isSafeInteger(concurrency) && concurrency > 0))
    refuse("concurrency must be a positive integer");
  if (workers !== undefined && !(Number.isSafeInteger(workers) && workers >= 0))
    refuse("workers must be an integer of at least 0");
  if (signal !== undefined && typeof signal?.addEventListener !== "function")
    refuse("signal must be an AbortSignal");
  return options;
}
