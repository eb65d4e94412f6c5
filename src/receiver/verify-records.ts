import { KonnectError } from "../errors.js";
import type { Verification } from "../signature/verification.js";
import type { LazyRecord } from "./batch.js";
import type { ResolvedReceiverOptions } from "./options.js";
import { inSlices } from "./slices.js";

/** The records for `onBatch`, and those to reject. */
export interface Verified {
  good: LazyRecord[];
  bad: LazyRecord[];
}

/**
 * Verifies records. With `requireValid`, separates the valid ones from the others.
 *
 * @throws {@link KonnectError} `connection` if a record has no verdict yet, so that Konnect retries the batch
 */
export async function verifyRecords(
  records: LazyRecord[],
  { verifier, requireValid }: Pick<ResolvedReceiverOptions, "verifier" | "requireValid">,
  signal: AbortSignal,
): Promise<Verified> {
  if (verifier === undefined) return { good: records, bad: [] };
  async function* bytesOf() {
    for await (const slice of inSlices(records)) for (const { bytes } of slice) yield bytes;
  }
  const verified: Verified = { good: [], bad: [] };
  let at = 0;
  for await (const { verification } of verifier.verifyAll(bytesOf(), { signal })) {
    const record = records[at++]!;
    record.verification = verification;
    if (requireValid) {
      refuseUndecided(verification);
      (verification.status === "valid" ? verified.good : verified.bad).push(record);
    }
  }
  return requireValid ? verified : { good: records, bad: [] };
}

/** Throws if a retry can still give a verdict: the keys are missing or stale. A pulled record never gets one. */
function refuseUndecided(verification: Verification): void {
  if (verification.status !== "unverifiable" || verification.reason === "pulled_record") return;
  const { reason, cause } = verification;
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  throw new KonnectError("connection", `its records cannot be verified at the moment (${reason}${why})`, {
    cause,
  });
}
