import { KonnectError } from "../errors.js";
import type { ReceivedRecord } from "./batch.js";

/** The records that are valid, and the others. */
export interface Partition {
  good: ReceivedRecord[];
  bad: ReceivedRecord[];
}

/**
 * Separates valid records from the others. A pulled record counts as not valid: it never gets a verdict.
 *
 * @throws {@link KonnectError} `undecided` if a record has no verdict yet, so that Konnect retries the batch
 */
export function partition(records: readonly ReceivedRecord[]): Partition {
  const parts: Partition = { good: [], bad: [] };
  for (const record of records) {
    const { verification } = record;
    if (verification?.status === "unverifiable" && verification.reason !== "pulled_record") {
      const { reason, cause } = verification;
      const why = cause instanceof Error ? `: ${cause.message}` : "";
      const problem = `its records cannot be verified at the moment (${reason}${why})`;
      throw new KonnectError("undecided", problem, { cause });
    }
    (verification?.status === "valid" ? parts.good : parts.bad).push(record);
  }
  return parts;
}
