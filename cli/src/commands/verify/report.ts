import type { AuditEvent, Verification } from "konnect-audit-logs";
import { ExitError } from "../../errors.js";
import { countOf } from "../../output/count.js";
import { escapeText, safeJson } from "../../output/escape.js";

/** What is reported of a line. */
export interface Finding {
  lineNumber: number;
  /** Undefined if the line is not a record. */
  type: AuditEvent["type"] | undefined;
  time: Date | undefined;
  /** The name of the event, or why the line is not a record. */
  what: string;
}

/** A record that is not valid, and where it is. */
interface Failure extends Pick<Finding, "lineNumber" | "what"> {
  file: string;
  status: Verification["status"];
  reason: Verification["reason"];
}

/** What was found in the archives. */
export class Report {
  readonly byStatus: Record<string, number> = {};
  readonly byType: Record<string, number> = {};
  readonly failures: Failure[] = [];
  /** Files that were read, with the SHA-256 of their bytes as they are stored. */
  readonly files: { file: string; records: number; sha256?: string }[] = [];
  /** Files that could not be read to their end, and why. */
  readonly broken: { file: string; why: string }[] = [];
  since: Date | undefined;
  until: Date | undefined;
  records = 0;

  constructor(readonly mostFailures: number) {}

  add(file: string, { lineNumber, type, time, what }: Finding, verification: Verification): void {
    const { status, reason } = verification;
    this.records++;
    this.byStatus[status] = (this.byStatus[status] ?? 0) + 1;
    const named = type ?? "no record";
    this.byType[named] = (this.byType[named] ?? 0) + 1;
    if (time && (this.since === undefined || time < this.since)) this.since = time;
    if (time && (this.until === undefined || time > this.until)) this.until = time;
    if (status !== "valid" && this.failures.length < this.mostFailures)
      this.failures.push({ file, lineNumber, status, reason, what });
  }

  toString(): string {
    const table = (counts: Record<string, number>) =>
      Object.entries(counts)
        .map(([key, count]) => `  ${key.padEnd(15)} ${count.toLocaleString("en").padStart(13)}\n`)
        .join("");
    const lines = [`By status\n${table(this.byStatus)}By type\n${table(this.byType)}`];
    lines.push(`From ${this.since?.toISOString() ?? "-"} to ${this.until?.toISOString() ?? "-"}\n`);
    if (this.failures.length > 0) lines.push("First failures\n");
    for (const { file, lineNumber, status, reason, what } of this.failures)
      lines.push(`  ${escapeText(`${file}:${lineNumber}  ${status} (${reason})  ${what}`)}\n`);
    return lines.join("");
  }

  toJson(): string {
    const { records, byStatus, byType, since, until, files, failures, broken } = this;
    return `${safeJson({ records, byStatus, byType, since, until, files, failures, broken }, 2)}\n`;
  }
}

/** The exit status. A record that is not valid counts more than one that could not be judged. */
export function judge({ byStatus, broken, records }: Report, keys?: string): void {
  const bad = ["invalid", "unsigned", "malformed"].filter((status) => byStatus[status]);
  if (bad.length > 0) {
    const counts = bad.map((status) => `${byStatus[status]!.toLocaleString("en")} ${status}`).join(", ");
    const hint =
      byStatus.valid === undefined && bad.length === 1 && bad[0] === "invalid"
        ? `. None matches the keys of ${keys ?? "the region"}: give --keys if others signed them`
        : "";
    throw new ExitError(1, `not every record is valid: ${counts} of ${countOf(records, "record")}${hint}`);
  }
  if (broken.length > 0)
    throw new ExitError(3, `could not be read to the end: ${broken.map(({ file }) => file).join(", ")}`);
  if (records === 0) throw new ExitError(3, "these files do not contain a record");
  const { unverifiable = 0 } = byStatus;
  if (unverifiable > 0) throw new ExitError(3, `${countOf(unverifiable, "record")} could not be judged`);
}

/** The verdict on records that are all valid. */
export function allValid(records: number): string {
  return records === 1 ? "the record is valid" : `all ${countOf(records, "record")} are valid`;
}
