import { type AuditEvent, fromPulledRecord, safeParseAuditRecord } from "konnect-audit-logs/records";

/** The event of a delivered record, or of a line of `pull-to-file`. Undefined for any other line. */
export function eventOf(line: string): AuditEvent | undefined {
  const parsed = safeParseAuditRecord(line);
  return parsed.success ? parsed.event : pulledEvent(line);
}

/** The event of a pulled record, one JSON object with a `ts`. */
export function pulledEvent(line: string): AuditEvent | undefined {
  try {
    const record: unknown = JSON.parse(line);
    const isPulled = typeof record === "object" && record !== null && "ts" in record;
    return isPulled ? fromPulledRecord(record) : undefined;
  } catch {
    return undefined;
  }
}
