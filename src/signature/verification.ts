/**
 * What became of a verification.
 *
 * - `valid`: Konnect signed it, with this key; of CPS, `covers` tells whether the signature is over the wrapper, too
 * - `invalid`: no key of Konnect's made this signature. The record was changed, or is not Konnect's
 * - `unsigned`: a record without a signature: signing may not be configured
 * - `malformed`: no record, or a signature that is none
 * - `unverifiable`: nothing can be said: the keys are not at hand, may be older than the record, or it is a pulled record,
 *   whose signature covers nobody knows what. Not a verdict: verify it again later, or elsewhere
 */
export type Verification =
  | { status: "valid"; kid: string | undefined; covers?: "wrapper" | "event" }
  | { status: "invalid"; reason: "no_key_matched" }
  | { status: "unsigned"; reason: "no_signature" }
  | { status: "malformed"; reason: "no_record" | "signature_encoding" }
  | {
      status: "unverifiable";
      reason: "no_usable_key" | "keys_unavailable" | "keys_may_be_stale" | "pulled_record";
    };
