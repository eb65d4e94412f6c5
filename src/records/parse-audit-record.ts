import { KonnectError } from "../errors.js";
import { readEvent } from "./event/read-record.js";
import type { AuditEvent } from "./event/types.js";
import { errorOf, type RecordSyntaxError } from "./record-error.js";

/**
 * Parses one audit record in any format: CEF, JSON or CPS as Konnect delivers them, or the JSON of a pulled record. All formats give
 * the same event, except for `format` and `raw`. No digit of a number is lost.
 *
 * Throws only for a line that is not an audit record. Anything unusual in a record is reported in `malformed`, `extra` and
 * `duplicates`. Takes linear time.
 *
 * @throws {@link RecordSyntaxError} with a `reason` and the `line`
 * @example
 * ```ts
 * const event = parseAuditRecord(line);
 * if (event.type === "authorization" && !event.granted) alert(event.principal_id, event.action, event.resource);
 * ```
 */
export function parseAuditRecord(line: string): AuditEvent {
  const parsed = parse("parseAuditRecord", line);
  if (parsed.success) return parsed.event;
  throw parsed.error;
}

/** The result of `safeParseAuditRecord`. */
export type ParsedAuditRecord =
  | { success: true; event: AuditEvent; error?: undefined }
  | { success: false; event?: undefined; error: RecordSyntaxError };

/** {@link parseAuditRecord} that returns the error instead of throwing it. */
export function safeParseAuditRecord(line: string): ParsedAuditRecord {
  return parse("safeParseAuditRecord", line);
}

function parse(name: string, line: string): ParsedAuditRecord {
  if (typeof line !== "string")
    throw new KonnectError(
      "invalid_input",
      `${name}: line must be a string (got ${typeof line}); decode bytes`,
    );
  const event = readEvent(line);
  return "problem" in event ? { success: false, error: errorOf(event, line) } : { success: true, event };
}
