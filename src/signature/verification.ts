/**
 * The result of a verification.
 *
 * - `valid`: Konnect signed it, with this key; of CPS, `covers` tells whether the signature covers the wrapper, too
 * - `invalid`: none of Konnect's current keys produced this signature. The record was changed, or is not Konnect's
 * - `unsigned`: a record without a signature: signing may not be configured
 * - `malformed`: not an audit record, or a signature that Konnect does not write like this
 * - `unverifiable`: not a verdict; verify it again later, or elsewhere
 *   - `no_usable_key`: the key set that was given holds no Ed25519 key
 *   - `keys_unavailable`: the keys could not be fetched; `cause` says why
 *   - `keys_may_be_stale`: no key matches, and they were refetched less than 30 s ago: Konnect may have rotated since
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
      /** Of `keys_unavailable`: why the keys could not be fetched. Not enumerable. */
      cause?: unknown;
    };
