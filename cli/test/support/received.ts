import { recordId, safeParseAuditRecord } from "konnect-audit-logs/records";
import type { Verification } from "konnect-audit-logs/signature";

/** A record as the receiver gives it to a sink. */
export function received(text: string) {
  const bytes = Buffer.from(text);
  const { event } = safeParseAuditRecord(text);
  return { id: recordId(bytes), bytes, text, event, verification: undefined as Verification | undefined };
}
