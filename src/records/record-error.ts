import { brand, KonnectError } from "../errors.js";
import { CefSyntaxError } from "./cef/error.js";
import type { HeaderProblem } from "./cef/header.js";

/**
 * Why a line is not an audit record.
 *
 * - `empty`: it contains only white space
 * - `cef`: it has a CEF marker, but is not valid CEF; `cause` is the `CefSyntaxError`
 * - `json`: it begins with a brace, but is not JSON
 * - `too_long`: (`readAuditRecords`) it is longer than `maxLineBytes`; only its beginning is kept
 * - `no_record`: it is neither CEF nor JSON, or it is an object without a `name`
 */
export type RecordSyntaxReason = "empty" | "cef" | "json" | "too_long" | "no_record";

/** The line is not an audit record. Its `code` is `record_syntax`. */
export class RecordSyntaxError extends KonnectError {
  declare readonly code: "record_syntax";
  /** What is wrong, as a stable word for programs. */
  readonly reason: RecordSyntaxReason;
  /** The line as you passed it. Not enumerable, so that a log of the error does not contain it. */
  declare readonly line: string;

  constructor(reason: RecordSyntaxReason, problem: string, line: string, options?: ErrorOptions) {
    super("record_syntax", problem, options);
    this.reason = reason;
    Object.defineProperty(this, "line", { value: line });
  }
}

brand(RecordSyntaxError, "RecordSyntaxError");

/** Why a line is not a record. An error is made of it only if somebody wants one, because its stack takes most of the time. */
export interface RecordProblem {
  reason: RecordSyntaxReason;
  problem: string;
  /** What is wrong with its CEF. */
  cef?: HeaderProblem;
  cause?: unknown;
}

/** The error of a line that is not a record. */
export function errorOf({ reason, problem, cef, cause }: RecordProblem, line: string): RecordSyntaxError {
  const why = cef === undefined ? cause : new CefSyntaxError(cef.reason, cef.problem, cef.offset, line);
  return new RecordSyntaxError(reason, problem, line, why === undefined ? undefined : { cause: why });
}
