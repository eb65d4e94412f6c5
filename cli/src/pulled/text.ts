import { type AuditEvent, type AuditLog, fromPulledRecord, recordId } from "konnect-audit-logs";
import type { SinkRecord } from "../archive/sink.js";

/** A pulled record as Konnect returned it. */
export function pulledText(log: AuditLog): string {
  return JSON.stringify(log.type === "unknown" ? log.original : log);
}

/** A pulled record as an archive stores it. */
export function pulledRecord(log: AuditLog, event: AuditEvent = fromPulledRecord(log)): SinkRecord {
  const bytes = Buffer.from(pulledText(log));
  return { id: recordId(bytes), bytes, event, verification: undefined };
}
