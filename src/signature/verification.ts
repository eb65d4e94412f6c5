/**
 * The result of a verification.
 *
 * - `valid`: Konnect signed the record with the key `kid`; for CPS, `covers` says whether the signature covers the wrapper too
 * - `invalid`: none of Konnect's current keys produced this signature; the record was changed, or is not from Konnect
 * - `unsigned`: the record has no signature; signing may not be configured
 * - `malformed`: not an audit record, or a malformed signature
 * - `unverifiable`: no verdict yet; verify the record again later
 *   - `no_usable_key`: the given key set has no usable Ed25519 key
 *   - `keys_unavailable`: no key that is available matches, and a key set could not be read; see `cause`
 *   - `keys_may_be_stale`: no key matches, and the keys were fetched less than 30 s ago; Konnect may have rotated since
 *   - `pulled_record`: Konnect does not publish what the signature of a pulled record covers
 */
export type Verification =
  | { status: "valid"; reason?: undefined; kid: string | undefined; covers?: "wrapper" | "event" }
  | { status: "invalid"; reason: "no_key_matched" }
  | { status: "unsigned"; reason: "no_signature" }
  | { status: "malformed"; reason: "no_record" | "signature_encoding" }
  | {
      status: "unverifiable";
      reason: "no_usable_key" | "keys_unavailable" | "keys_may_be_stale" | "pulled_record";
      /** For `keys_unavailable`: why a key set could not be read. Not enumerable. */
      cause?: unknown;
    };

/** The verification of a record that Konnect signed. */
export type Valid = Extract<Verification, { status: "valid" }>;

const STATUSES = {
  no_key_matched: "invalid",
  no_signature: "unsigned",
  no_record: "malformed",
  signature_encoding: "malformed",
  no_usable_key: "unverifiable",
  keys_unavailable: "unverifiable",
  keys_may_be_stale: "unverifiable",
  pulled_record: "unverifiable",
} as const;

/** The verification for a reason. */
export function verificationOf(reason: keyof typeof STATUSES): Verification {
  return { status: STATUSES[reason], reason } as Verification;
}
