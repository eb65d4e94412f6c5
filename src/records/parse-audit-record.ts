import { KonnectError } from "../errors.js";
import { CefSyntaxError } from "./cef/error.js";
import { makeEvent } from "./event/build.js";
import { readCef } from "./event/from-cef.js";
import { readJson } from "./event/from-json.js";
import type { AuditEvent } from "./event/types.js";
import { firstCharacter, looksLikeRecord } from "./is-record.js";
import { RecordSyntaxError } from "./record-error.js";

/**
 * Parses one audit record in any format that Konnect writes: CEF, JSON or CPS. All formats give the same event, except for
 * `format` and `raw`.
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
  if (typeof line !== "string")
    throw new KonnectError(
      "invalid_input",
      `parseAuditRecord: line must be a string (got ${typeof line}); decode bytes`,
    );
  const first = firstCharacter(line);
  if (first === "") throw new RecordSyntaxError("empty", "the line is empty", line);
  try {
    return makeEvent(line, first === "{" ? readJson(line) : readCef(line));
  } catch (cause) {
    if (!(cause instanceof CefSyntaxError)) throw cause;
    const reason = cause.reason === "no_marker" ? "no_record" : "cef";
    throw new RecordSyntaxError(reason, `not an audit record: ${cause.message}`, line, { cause });
  }
}

/** The result of `safeParseAuditRecord`. */
export type ParsedAuditRecord =
  | { success: true; event: AuditEvent }
  | { success: false; error: RecordSyntaxError };

/** {@link parseAuditRecord} that returns the error instead of throwing it. */
export function safeParseAuditRecord(line: string): ParsedAuditRecord {
  try {
    return { success: true, event: parseAuditRecord(line) };
  } catch (error) {
    if (error instanceof RecordSyntaxError) return { success: false, error };
    throw error;
  }
}

/** The event of a line. Undefined if it is not a record. */
export function eventOf(line: string): AuditEvent | undefined {
  if (!looksLikeRecord(line)) return undefined;
  // Nobody sees the stack of this error, which takes three quarters of the time (14 us for a line of `x`).
  const limit = Error.stackTraceLimit;
  Reflect.set(Error, "stackTraceLimit", 0);
  try {
    const parsed = safeParseAuditRecord(line);
    return parsed.success ? parsed.event : undefined;
  } finally {
    Reflect.set(Error, "stackTraceLimit", limit);
  }
}
