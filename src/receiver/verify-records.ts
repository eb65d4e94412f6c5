import { KonnectError } from "../errors.js";
import type { Verification } from "../signature/verification.js";
import type { LazyRecord } from "./batch.js";
import type { ResolvedReceiverOptions } from "./options.js";
import { inSlices } from "./slices.js";

/** Records to hand on, and records to reject. */
export interface Verified {
  good: LazyRecord[];
  bad: LazyRecord[];
}

/**
 * Verifies records, and with `requireValid` parts those that are valid from those that are not.
 *
 * @throws {@link KonnectError} `connection` where there is no verdict yet: Konnect has to send the batch again
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

/** A pulled record can never be verified, and is rejected; without keys nothing can, and the batch has to come again. */
function refuseUndecided(verification: Verification): void {
  if (verification.status !== "unverifiable" || verification.reason === "pulled_record") return;
  const { reason, cause } = verification;
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  throw new KonnectError("connection", `its records cannot be verified now (${reason}${why})`, { cause });
}
