import { KonnectError } from "../errors.js";
import { readSignedRecord, type SignedRecord, whyUnsigned } from "../records/signed/signed-record.js";
import { aborted } from "../shared/abort.js";
import { checkKnown } from "../shared/known-options.js";
import { matchRecords, type VerifyEngine } from "./engine.js";
import type { VerifyingKey } from "./jwks.js";
import { type Verification, verificationOf } from "./verification.js";
import { type createWorkerPool, threadCount, type VerifyWorkers } from "./worker-pool.js";

/** The options of `verifyAll`. */
export interface VerifyAllOptions<R = string | Uint8Array> {
  /** The record of an item: its text or its bytes. Default: the item itself. */
  bytes?: ((record: R) => string | Uint8Array) | undefined;
  /** The most records in memory at once. Default: 512 for each thread. */
  concurrency?: number | undefined;
  /** The number of threads; 0 for none. Default: the number of cores. Ignored in a runtime without threads. */
  workers?: number | undefined;
  /** Ends the verification. */
  signal?: AbortSignal | undefined;
}

/** An item of `verifyAll` and its verification. */
export interface VerifiedRecord<R = string | Uint8Array> {
  record: R;
  verification: Verification;
}

/** The parts of the verifier that `verifyAll` uses. */
interface VerifierInternals {
  verify(record: string | Uint8Array): Promise<Verification>;
  keys(): Promise<readonly VerifyingKey[]>;
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
export async function* verifyAll<R>(
  records: Iterable<R> | AsyncIterable<R>,
  options: VerifyAllOptions<R> | undefined,
  { verify, keys, pool, engine }: VerifierInternals,
): AsyncGenerator<VerifiedRecord<R>, void, undefined> {
  const { workers, signal, bytes = itself, ...rest } = checked(records, options);
  const { concurrency = PER_THREAD * Math.max(1, threadCount(workers)) } = rest;
  const pending: Promise<VerifiedRecord<R>[]>[] = [];
  let threads: VerifyWorkers | undefined;
  let batches = 0;
  const match = async (signed: SignedRecord[], helpers: VerifyWorkers | undefined) => {
    if (helpers !== undefined) return helpers.verify(signed);
    return engine?.isActive ? matchRecords(engine, signed, await keys()) : [];
  };
  const begin = async (batch: R[], helpers: VerifyWorkers | undefined): Promise<VerifiedRecord<R>[]> => {
    const given = batch.map((record) => {
      const data = bytes(record);
      return { record, data, signed: isData(data) ? readSignedRecord(data) : undefined };
    });
    const found = await match(
      given.flatMap(({ signed }) => signed ?? []),
      helpers,
    );
    const results: VerifiedRecord<R>[] = [];
    let next = 0;
    for (const { record, data, signed } of given) {
      if (signed !== undefined) results.push({ record, verification: found[next++] ?? (await verify(data)) });
      else
        results.push({
          record,
          verification: verificationOf(isData(data) ? whyUnsigned(data) : "no_record"),
        });
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
        const next = pool.borrow(workers, await keys());
        const old = threads;
        if (old !== undefined) void Promise.allSettled(pending).then(() => old.close());
        threads = next;
      }
      const result = begin(batch, threads);
      // A rejection is handled where the result is awaited.
      result.catch(() => {});
      pending.push(result);
      // Not yield*: it takes three turns of the microtask queue for each record.
      if (pending.length >= most)
        for (const verified of await untilAborted(pending.shift()!, signal)) yield verified;
    }
    while (pending.length > 0)
      for (const verified of await untilAborted(pending.shift()!, signal)) yield verified;
  } finally {
    threads?.close();
  }
}

/** Without `bytes`, an item is a record, or else it is malformed. */
function itself(record: unknown): string | Uint8Array {
  return record as string | Uint8Array;
}

function isData(data: unknown): data is string | Uint8Array {
  return typeof data === "string" || data instanceof Uint8Array;
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

function checked<R>(records: unknown, options: VerifyAllOptions<R> = {}): VerifyAllOptions<R> {
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
  checkKnown("verifyAll", options, ["bytes", "concurrency", "workers", "signal"]);
  const { bytes, concurrency, workers, signal } = options;
  if (bytes !== undefined && typeof bytes !== "function")
    refuse("bytes must be a function that returns the text or the bytes of an item");
  if (concurrency !== undefined && !(Number.isSafeInteger(concurrency) && concurrency > 0))
    refuse("concurrency must be a positive integer");
  if (workers !== undefined && !(Number.isSafeInteger(workers) && workers >= 0))
    refuse("workers must be an integer of at least 0");
  if (signal !== undefined && typeof signal?.addEventListener !== "function")
    refuse("signal must be an AbortSignal");
  return options;
}
