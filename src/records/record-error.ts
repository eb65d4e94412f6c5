import { brand, KonnectError } from "../errors.js";

/**
 * Why a line is no audit record.
 *
 * - `empty`: nothing but white space
 * - `cef`: it looks like CEF, and is none; `cause` is a `CefSyntaxError` that tells why
 * - `json`: it begins with a brace, and is no JSON
 * - `too_long`: (`readAuditRecords`) longer than a line may be; only its beginning is kept
 * - `no_record`: neither CEF nor JSON, or an object without a `name`
 */
export type RecordSyntaxReason = "empty" | "cef" | "json" | "too_long" | "no_record";

/** A line that is no audit record. Its `code` is `record_syntax`. */
export class RecordSyntaxError extends KonnectError {
  declare readonly code: "record_syntax";
  /** What is wrong, as a stable word for programs. */
  readonly reason: RecordSyntaxReason;
  /** The line as it was passed, so that nothing is lost. Not enumerable: it would drown a log. */
  declare readonly line: string;

  constructor(reason: RecordSyntaxReason, problem: string, line: string, options?: ErrorOptions) {
    super("record_syntax", problem, options);
    this.reason = reason;
    Object.defineProperty(this, "line", { value: line });
  }
}

brand(RecordSyntaxError, "RecordSyntaxError");
