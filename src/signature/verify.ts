import {
  isPulled,
  readSignedRecord,
  type SignedRecord,
  whyUnsigned,
} from "../records/signed/signed-record.js";
import { nextTurn } from "../shared/event-loop.js";
import { matchRecords, type VerifyEngine, validUnder } from "./engine.js";
import type { VerifyingKey } from "./jwks.js";
import { createKeyRing, type KeyRing } from "./key-ring.js";
import { resolveVerifierOptions, type VerifierOptions } from "./options.js";
import { bytesOf } from "./packed-records.js";
import { type Valid, type Verification, verificationOf } from "./verification.js";
import { type VerifiedRecord, type VerifyAllOptions, verifyAll } from "./verify-all.js";
import { createWorkerPool } from "./worker-pool.js";

/** Verifies audit records. */
export interface Verifier {
  /** Verifies one record, as text or as bytes, even if the bytes are not UTF-8. Never throws because of what a record contains. */
  verify(record: string | Uint8Array): Promise<Verification>;
  /**
   * Verifies many records on all cores, and preserves their order. `bytes` returns the text or the bytes of an item that is neither.
   *
   * @example
   * ```ts
   * for await (const { record, verification } of verifier.verifyAll(rows, { bytes: (row) => row.line }))
   *   if (verification.status === "invalid") quarantine(record.line);
   * ```
   */
  verifyAll<R extends string | Uint8Array>(
    records: Iterable<R> | AsyncIterable<R>,
    options?: VerifyAllOptions<R>,
  ): AsyncIterableIterator<VerifiedRecord<R>>;
  verifyAll<R>(
    records: Iterable<R> | AsyncIterable<R>,
    options: VerifyAllOptions<R> & { bytes: (record: R) => string | Uint8Array },
  ): AsyncIterableIterator<VerifiedRecord<R>>;
  /**
   * Fetches all key sets now, however recent the last fetch was.
   *
   * @throws why a set could not be read, after all others were; the keys from before stay in use
   */
  reload(): Promise<void>;
}

/**
 * Creates a verifier of Konnect's signatures (Ed25519, RFC 8032).
 *
 * A record does not name its key, so the verifier tries every key. It returns `invalid` only if it fetched the keys after it
 * got the record, so that neither a key rotation nor a wrong clock makes a good record invalid.
 *
 * @throws {@link KonnectError} `invalid_options`
 * @example
 * ```ts
 * const verifier = createVerifier({ keys: { region: "eu" } });
 * const { status } = await verifier.verify(line);
 * if (status === "invalid") quarantine(line);
 * ```
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const resolved = resolveVerifierOptions(options);
  const { engine } = resolved;
  const ring = createKeyRing(resolved);
  const pool = createWorkerPool(engine);
  const tryKeys = createAttempts(engine);
  const verify = async (record: string | Uint8Array): Promise<Verification> => {
    if (typeof record !== "string" && !(record instanceof Uint8Array)) return verificationOf("no_record");
    const signed = readSignedRecord(record);
    return signed === undefined ? verificationOf(whyUnsigned(record)) : judge(record, signed, ring, tryKeys);
  };
  const keys = async () => (await ring.current()).keys;
  return {
    verify,
    verifyAll: <R>(records: Iterable<R> | AsyncIterable<R>, all?: VerifyAllOptions<R>) =>
      verifyAll(records, all, { verify, keys, pool, engine }),
    reload: () => ring.reload(),
  };
}

/** Resolves with the verification under the first key that matches. Undefined if none does. */
type TryKeys = (keys: readonly VerifyingKey[], record: SignedRecord) => Promise<Valid | undefined>;

async function judge(
  record: string | Uint8Array,
  signed: SignedRecord,
  ring: KeyRing,
  tryKeys: TryKeys,
): Promise<Verification> {
  // A fetch that began earlier may have returned before Konnect rotated to the key of this record.
  const generations = ring.generations();
  const current = await ring.current();
  const valid = await tryKeys(current.keys, signed);
  if (valid !== undefined) return valid;
  if (isPulled(record)) return verificationOf("pulled_record");
  const newer = await ring.newerThan(generations, current);
  const validNow = await tryKeys(newer.keys, signed);
  if (validNow !== undefined) return validNow;
  if (newer.failure !== undefined) return keysUnavailable(newer.failure.cause);
  if (newer.isTooSoon) return verificationOf("keys_may_be_stale");
  const hasKeys = current.keys.length > 0 || newer.keys.length > 0;
  return verificationOf(hasKeys ? "no_key_matched" : "no_usable_key");
}

/** The cause is not enumerable, like the cause of an error, so that a log of it stays short. */
function keysUnavailable(cause: unknown): Verification {
  return Object.defineProperty({ ...verificationOf("keys_unavailable") }, "cause", { value: cause });
}

/** The verifications between two turns of the event loop: some 2 ms. */
const PER_TURN = 16;

function createAttempts(engine: VerifyEngine | undefined): TryKeys {
  let sinceTurn = 0;
  const matches = async (key: VerifyingKey, payload: Uint8Array, signature: Uint8Array) => {
    if (++sinceTurn % PER_TURN === 0) await nextTurn();
    return key.verify(payload, signature);
  };
  return async (keys, record) => {
    const [found] = engine?.isActive ? await matchRecords(engine, [record], keys) : [];
    if (found !== undefined) return found;
    const { signature } = record;
    const payload = bytesOf(record.payload);
    const unwrapped = record.unwrappedPayload === undefined ? undefined : bytesOf(record.unwrappedPayload);
    for (const key of keys) {
      if (await matches(key, payload, signature)) return validUnder(key, record, true);
      if (unwrapped !== undefined && (await matches(key, unwrapped, signature)))
        return validUnder(key, record, false);
    }
    return undefined;
  };
}
