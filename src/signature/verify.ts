import { KonnectError } from "../errors.js";
import type { JsonWebKeySet } from "../shared/json-web-key.js";
import { isSecureUrl } from "../shared/urls.js";
import { matchClaims, type VerifyEngine } from "./engine.js";
import { fetchKeys } from "./fetch-jwks.js";
import { usableKeys, type VerifyingKey } from "./jwks.js";
import { KeySource } from "./jwks-cache.js";
import { bytesOf } from "./packed-claims.js";
import { type Claim, isPulled, readClaim } from "./signed-payload.js";
import type { Verification } from "./verification.js";
import { type VerifiedLine, type VerifyAllOptions, verifyAll } from "./verify-all.js";
import { createWorkerPool } from "./worker-pool.js";

/** The options of `createVerifier`. */
export interface VerifierOptions {
  /**
   * The public keys. One of:
   *
   * - a key set (JWKS), which never changes
   * - a function that fetches one, such as `() => konnect.getSigningKeys()`
   * - the URL of one: `https://{region}.api.konghq.com/v2/audit-log-webhook/jwks.json`
   *
   * Fetched keys are valid for ten minutes. They are refetched when none matches a signature, at most every 30 s.
   */
  keys: JsonWebKeySet | (() => JsonWebKeySet | Promise<JsonWebKeySet>) | string | URL;
  /**
   * Verifies faster than the runtime's own cryptography, if `wasmEngine()` of `konnect-audit-logs/wasm` is given. Default: none.
   */
  engine?: VerifyEngine | undefined;
  /** A clock in ms that only measures intervals. Default `performance.now`, which cannot be set back. */
  now?: (() => number) | undefined;
}

/** Verifies audit records. */
export interface Verifier {
  /** Verifies one record, as text or as bytes, even if the bytes are not UTF-8. Never throws because of what a record contains. */
  verify(record: string | Uint8Array): Promise<Verification>;
  /** Verifies many records on all cores, and preserves their order. */
  verifyAll<R extends string | Uint8Array>(
    records: Iterable<R> | AsyncIterable<R>,
    options?: VerifyAllOptions,
  ): AsyncIterableIterator<VerifiedLine<R>>;
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
 * const verifier = createVerifier({ keys: () => konnect.getSigningKeys() });
 * const { status } = await verifier.verify(line);
 * if (status === "invalid") quarantine(line);
 * ```
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { keys, engine, now = () => performance.now() } = options ?? {};
  if (typeof now !== "function") throw invalidOption("now must be a function that returns milliseconds");
  if (engine !== undefined && typeof engine?.match !== "function")
    throw invalidOption("engine must be an engine, such as wasmEngine() of konnect-audit-logs/wasm");
  const source = keySource(keys, now);
  const pool = createWorkerPool(engine);
  const verify = async (record: string | Uint8Array): Promise<Verification> => {
    const claim = readClaim(record);
    return "status" in claim ? claim : judge(record, claim, source, engine);
  };
  return {
    verify,
    verifyAll: (records, options) =>
      verifyAll(records, options, { verify, keys: () => source.current(), pool, engine }),
  };
}

async function judge(
  record: string | Uint8Array,
  claim: Claim,
  source: Source,
  engine: VerifyEngine | undefined,
): Promise<Verification> {
  // A fetch that began earlier may have returned before Konnect rotated to the key of this record.
  const { generation } = source;
  const first = await source.current();
  const valid = first && (await tryKeys(first.keys, claim, engine));
  if (valid !== undefined) return valid;
  if (isPulled(record)) return unverifiable("pulled_record");
  if (first === undefined)
    return source.isFinal ? unverifiable("no_usable_key") : keysUnavailable(source.failure);
  if (source.isFinal || first.generation > generation) return NO_MATCH;
  const newer = await source.newerThan(generation);
  if (newer.status === "too_soon") return unverifiable("keys_may_be_stale");
  if (newer.status === "failed") return keysUnavailable(newer.cause);
  return (await tryKeys(newer.keys.keys, claim, engine)) ?? NO_MATCH;
}

type Unverifiable = Extract<Verification, { status: "unverifiable" }>;

function unverifiable(reason: Unverifiable["reason"]): Unverifiable {
  return { status: "unverifiable", reason };
}

/** Not enumerable, like the cause of an error, so that a log of it stays short. */
function keysUnavailable(cause: unknown): Unverifiable {
  return Object.defineProperty(unverifiable("keys_unavailable"), "cause", { value: cause });
}

const NO_MATCH: Verification = { status: "invalid", reason: "no_key_matched" };

/** The verification under the first key that matches. Undefined if none does. */
async function tryKeys(
  keys: readonly VerifyingKey[],
  claim: Claim,
  engine: VerifyEngine | undefined,
): Promise<Verification | undefined> {
  const [found] = engine?.isActive ? await matchClaims(engine, [claim], keys) : [];
  if (found !== undefined) return found;
  const { signature, isWrapped } = claim;
  const payload = bytesOf(claim.payload);
  const inner = claim.inner === undefined ? undefined : bytesOf(claim.inner);
  for (const { kid, verify } of keys) {
    if (await verify(payload, signature))
      return isWrapped ? { status: "valid", kid, covers: "wrapper" } : { status: "valid", kid };
    if (inner !== undefined && (await verify(inner, signature)))
      return { status: "valid", kid, covers: "event" };
  }
  return undefined;
}

/** Keys that are fetched, or a final key set. */
type Source = Pick<KeySource, "current" | "newerThan" | "generation" | "failure"> & { isFinal?: boolean };

function keySource(keys: VerifierOptions["keys"], now: () => number): Source {
  if (typeof keys === "function") return new KeySource(async () => keys(), now);
  if (typeof keys === "string" || keys instanceof URL) {
    const url = String(keys);
    if (!isSecureUrl(url)) throw invalidOption("keys must be an https URL (http only on loopback)");
    const { username, password } = new URL(url);
    if (username !== "" || password !== "")
      throw invalidOption("keys must be a URL without user and password");
    return new KeySource(() => fetchKeys(url), now);
  }
  if (!Array.isArray(keys?.keys))
    throw invalidOption("keys must be a key set (JWKS), a function that fetches one, or its URL");
  const final = usableKeys(keys).then((usable) =>
    usable.length === 0 ? undefined : { keys: usable, fetchedAt: 0, generation: 0 },
  );
  const newerThan = async () => ({ status: "too_soon" as const });
  return { isFinal: true, generation: 0, failure: undefined, current: () => final, newerThan };
}

function invalidOption(problem: string): KonnectError {
  return new KonnectError("invalid_options", `createVerifier: ${problem}`);
}
