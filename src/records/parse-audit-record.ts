import { KonnectError } from "../errors.js";
import { CefSyntaxError } from "./cef/error.js";
import { makeEvent } from "./event/build.js";
import { readCef } from "./event/from-cef.js";
import { readJson } from "./event/from-json.js";
import type { AuditEvent } from "./event/types.js";
import { firstCharacter, looksLikeRecord } from "./is-record.js";
import { RecordSyntaxError } from "./record-error.js";

/**
 * Parses one audit record in whatever format Konnect writes: CEF, JSON or CPS. The same event gives the same object, but
 * for `format` and `raw`.
 *
 * Only a line that is no record at all is refused: what is strange in one is reported in `malformed`, `extra` and
 * `duplicates`. Time is linear in the line's length.
 *
 * @throws {@link RecordSyntaxError} with `reason` and `line`
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
      `parseAuditRecord takes a line of text, not ${typeof line}: decode bytes`,
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

/** What `safeParseAuditRecord` answers. */
export type ParsedAuditRecord =
  | { success: true; event: AuditEvent }
  | { success: false; error: RecordSyntaxError };

/** {@link parseAuditRecord} that answers instead of throwing for a line that is no record. */
export function safeParseAuditRecord(line: string): ParsedAuditRecord {
  try {
    return { success: true, event: parseAuditRecord(line) };
  } catch (error) {
    if (error instanceof RecordSyntaxError) return { success: false, error };
    throw error;
  }
}

/** The event of a line; undefined when it is not a record. For those who do not ask why. */
export function eventOf(line: string): AuditEvent | undefined {
  if (!looksLikeRecord(line)) return undefined;
  // The stack of an error that nobody sees takes three quarters of the time: of 14 us for a line of `x`.
  const limit = Error.stackTraceLimit;
  Reflect.set(Error, "stackTraceLimit", 0);
  try {
    const parsed = safeParseAuditRecord(line);
    return parsed.success ? parsed.event : undefined;
  } finally {
    Reflect.set(Error, "stackTraceLimit", limit);
  }
}
