import { brand, KonnectError } from "../../errors.js";

/**
 * Why a line is not valid CEF.
 *
 * Always:
 * - `no_marker`: the line does not contain `CEF:`, digits and `|`
 * - `version`: the version is too large for a number; in strict mode, any version other than 0 and 1
 * - `header`: the header has fewer than seven fields that end in `|`: the line was cut
 * - `no_key`: the extension does not begin with `key=`
 * - `line_feed`: the text contains a line feed: it is two lines, or an attempt to forge one
 * - `unwritable`: (`formatCef`) CEF cannot express the record
 *
 * In strict mode also:
 * - `character`: a control character, or half of a surrogate pair
 * - `empty_field`: an empty header field
 * - `severity`: not one of 0 to 10, Unknown, Low, Medium, High, Very-High
 * - `escape`: a backslash that escapes nothing
 * - `unescaped_equals`: `=` inside a value without a backslash
 * - `duplicate_key`: a repeated key
 */
export type CefSyntaxReason =
  | "no_marker"
  | "version"
  | "header"
  | "no_key"
  | "line_feed"
  | "unwritable"
  | "character"
  | "empty_field"
  | "severity"
  | "escape"
  | "unescaped_equals"
  | "duplicate_key";

/** The line is not a CEF record, or (reason `unwritable`) CEF cannot express the record. Its `code` is `cef_syntax`. */
export class CefSyntaxError extends KonnectError {
  declare readonly code: "cef_syntax";
  /** What is wrong, as a stable word for programs. */
  readonly reason: CefSyntaxReason;
  /** Where in the line, in UTF-16 code units from its start. Undefined for `unwritable`: no line exists yet. */
  readonly offset: number | undefined;
  /** The line as you passed it. Not enumerable, so that a log of the error does not contain it. */
  declare readonly line: string | undefined;

  constructor(reason: CefSyntaxReason, problem: string, offset?: number, line?: string) {
    super("cef_syntax", offset === undefined ? problem : `${problem} (at offset ${offset})`);
    this.reason = reason;
    this.offset = offset;
    Object.defineProperty(this, "line", { value: line });
  }
}

brand(CefSyntaxError, "CefSyntaxError");
