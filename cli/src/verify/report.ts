import type { AuditEvent, Verification } from "konnect-audit-logs";
import { escapeText, safeJson } from "../output/escape.js";

/** A record that is not valid, and where it is. */
export interface Failure {
  file: string;
  lineNumber: number;
  status: Verification["status"];
  reason: Verification["reason"];
  /** The name of the event, or why the line is not a record. */
  what: string;
}

/** What was found in the archives. */
export class Report {
  readonly byStatus: Record<string, number> = {};
  readonly byType: Record<string, number> = {};
  readonly failures: Failure[] = [];
  /** Files that could not be read to their end, and why. */
  readonly broken: { file: string; why: string }[] = [];
  since: Date | undefined;
  until: Date | undefined;
  records = 0;

  constructor(readonly mostFailures: number) {}

  add(failure: Failure, event: AuditEvent | undefined): void {
    this.records++;
    this.byStatus[failure.status] = (this.byStatus[failure.status] ?? 0) + 1;
    const type = event?.type ?? "no record";
    this.byType[type] = (this.byType[type] ?? 0) + 1;
    const time = event?.time;
    if (time && (this.since === undefined || time < this.since)) this.since = time;
    if (time && (this.until === undefined || time > this.until)) this.until = time;
    if (failure.status !== "valid" && this.failures.length < this.mostFailures) this.failures.push(failure);
  }

  toString(): string {
    const table = (counts: Record<string, number>) =>
      Object.entries(counts)
        .map(([key, count]) => `  ${key.padEnd(15)} ${String(count).padStart(10)}\n`)
        .join("");
    const lines = [`By status\n${table(this.byStatus)}By type\n${table(this.byType)}`];
    lines.push(`From ${this.since?.toISOString() ?? "-"} to ${this.until?.toISOString() ?? "-"}\n`);
    if (this.failures.length > 0) lines.push("First failures\n");
    for (const { file, lineNumber, status, reason, what } of this.failures)
      lines.push(`  ${escapeText(`${file}:${lineNumber}  ${status} (${reason})  ${what}`)}\n`);
    return lines.join("");
  }

  toJson(): string {
    const { records, byStatus, byType, since, until, failures, broken } = this;
    return `${safeJson({ records, byStatus, byType, since, until, failures, broken }, 2)}\n`;
  }
}
