import {
  type AuditEvent,
  fromPulledRecord,
  type ReadRecord,
  safeParseAuditRecord,
} from "konnect-audit-logs/records";

/** The event of a delivered or a pulled record. Undefined for any other line. */
export function eventOf(line: string): AuditEvent | undefined {
  const parsed = safeParseAuditRecord(line);
  return parsed.success ? parsed.event : pulledEvent(line);
}

/** The event of a line that was read, delivered or pulled. */
export function eventOfRead(record: ReadRecord): AuditEvent | undefined {
  return record.event ?? pulledEvent(record.text);
}

/** The event of a pulled record, one JSON object with a `ts`. */
function pulledEvent(line: string): AuditEvent | undefined {
  try {
    const record: unknown = JSON.parse(line);
    const isPulled = typeof record === "object" && record !== null && "ts" in record;
    return isPulled ? fromPulledRecord(record) : undefined;
  } catch {
    return undefined;
  }
}
