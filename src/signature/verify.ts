import { readBody } from "../body.js";
import { KonnectError } from "../errors.js";
import { isSecureUrl } from "../urls.js";
import { type Claim, isPulled, readClaim, rtOf } from "./claim.js";
import { FETCH_TIMEOUT, KeySource, MAX_KEY_SET } from "./key-source.js";
import { type KeySet, usableKeys, type VerifyingKey } from "./keys.js";
import type { Verification } from "./verification.js";
import { type VerifiedLine, type VerifyAllOptions, verifyAll } from "./verify-all.js";
import { createWorkerPool } from "./workers.js";

/** Where a verifier has its keys from. */
export interface VerifierOptions {
  /**
   * The public keys: a JWKS, which is final; a function that fetches one, such as `() => konnect.getSigningKeys()`; or the
   * address of one, `https://{region}.api.konghq.com/v2/audit-log-webhook/jwks.json`. Fetched ones are kept ten minutes;
   * a signature that none matches has them fetched anew, at most every 30 s.
   */
  keys: KeySet | (() => KeySet | Promise<KeySet>) | string | URL;
  /** The time, in ms since the epoch. Default `Date.now`. */
  now?: () => number;
}

/** Verifies audit records. */
export interface Verifier {
  /** Verifies one record, as text or as bytes, which may be no UTF-8. Never throws for what a record holds. */
  verify(record: string | Uint8Array): Promise<Verification>;
  /** Verifies many, in order, on all cores. */
  verifyAll<R extends string | Uint8Array>(
    records: Iterable<R> | AsyncIterable<R>,
    options?: VerifyAllOptions,
  ): AsyncIterableIterator<VerifiedLine<R>>;
}

/** Clocks of Konnect and of this machine may differ so much, in ms. */
const CLOCK_TOLERANCE = 60_000;

/**
 * Makes a verifier of Konnect's signatures (Ed25519, RFC 8032).
 *
 * Every key is tried, for a record does not name its own. `invalid` is said only under keys that are newer than the record.
 *
 * @throws {@link KonnectError} `invalid_options`
 * @example
 * ```ts
 * const verifier = createVerifier({ keys: () => konnect.getSigningKeys() });
 * const { status } = await verifier.verify(line);
 * if (status === "invalid") quarantine(line);
 * ```
 */
export function createVerifier({ keys, now = Date.now }: VerifierOptions): Verifier {
  const source = keySource(keys, now);
  const pool = createWorkerPool();
  const verify = async (record: string | Uint8Array): Promise<Verification> => {
    const claim = readClaim(record);
    return "status" in claim ? claim : judge(record, claim, source);
  };
  return {
    verify,
    verifyAll: (records, options) =>
      verifyAll(records, options, { verify, keys: () => source.current(), pool }),
  };
}

async function judge(record: string | Uint8Array, claim: Claim, source: Source): Promise<Verification> {
  const { started } = source;
  const first = await source.current();
  const valid = first && (await tryKeys(first.keys, claim));
  if (valid !== undefined) return valid;
  if (isPulled(record)) return unverifiable("pulled_record");
  if (first === undefined) return unverifiable(source.isFinal ? "no_usable_key" : "keys_unavailable");
  if (source.isFinal || first.index > started) return NO_MATCH;
  const rt = rtOf(record);
  if (rt !== undefined && first.fetchedAt > rt + CLOCK_TOLERANCE) return NO_MATCH;
  const newer = await source.newerThan(started);
  if (newer === "too_soon") return unverifiable("keys_may_be_stale");
  if (newer === "failed") return unverifiable("keys_unavailable");
  return (await tryKeys(newer.keys, claim)) ?? NO_MATCH;
}

type Unverifiable = Extract<Verification, { status: "unverifiable" }>;

function unverifiable(reason: Unverifiable["reason"]): Unverifiable {
  return { status: "unverifiable", reason };
}

const NO_MATCH: Verification = { status: "invalid", reason: "no_key_matched" };

/** Valid under one of the keys, or undefined. */
async function tryKeys(
  keys: readonly VerifyingKey[],
  { signature, payload, inner }: Claim,
): Promise<Verification | undefined> {
  for (const { kid, verify } of keys) {
    if (await verify(payload, signature))
      return inner === undefined ? { status: "valid", kid } : { status: "valid", kid, covers: "wrapper" };
    if (inner !== undefined && (await verify(inner, signature)))
      return { status: "valid", kid, covers: "event" };
  }
  return undefined;
}

/** Keys that may change, or are final. */
type Source = Pick<KeySource, "current" | "newerThan" | "started"> & { isFinal?: boolean };

function keySource(keys: VerifierOptions["keys"], now: () => number): Source {
  if (typeof keys === "function") return new KeySource(async () => keys(), now);
  if (typeof keys === "string" || keys instanceof URL) {
    const url = String(keys);
    if (!isSecureUrl(url))
      throw new KonnectError(
        "invalid_options",
        "createVerifier: keys must be an https URL (http only on loopback)",
      );
    return new KeySource(() => fetchKeys(url), now);
  }
  if (!Array.isArray(keys?.keys))
    throw new KonnectError(
      "invalid_options",
      "createVerifier: keys must be a JWKS, a function that fetches one, or its URL",
    );
  const final = usableKeys(keys).then((usable) =>
    usable.length === 0 ? undefined : { keys: usable, fetchedAt: Number.POSITIVE_INFINITY, index: 0 },
  );
  return { isFinal: true, started: 0, current: () => final, newerThan: async () => "failed" };
}

async function fetchKeys(url: string): Promise<KeySet> {
  const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(FETCH_TIMEOUT) });
  const body = response.ok ? await readBody(response, MAX_KEY_SET) : undefined;
  return JSON.parse(new TextDecoder().decode(body));
}
