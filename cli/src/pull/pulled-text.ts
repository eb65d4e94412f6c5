import type { AuditLog } from "konnect-audit-logs";

/** A pulled record as Konnect returned it. */
export function pulledText(log: AuditLog): string {
  return JSON.stringify(log.type === "unknown" ? log.original : log);
}
