import { brand, KonnectError } from "../../errors.js";

/**
 * Why a line was refused as CEF.
 *
 * Always:
 * - `no_marker`: nowhere a `CEF:`, digits and `|`
 * - `version`: a version that no number holds; in strict mode any but 0 and 1
 * - `header`: fewer than seven header fields with a `|` behind each: the line was cut
 * - `no_key`: the extension does not begin with `key=`
 * - `line_feed`: a raw line feed inside the line: these are two lines, or somebody tried to forge one
 * - `unwritable`: (`formatCef`) a record that CEF has no way to write
 *
 * In strict mode also:
 * - `character`: a control character, or half of a surrogate pair
 * - `empty_field`: a header field without text
 * - `severity`: none of 0 to 10, Unknown, Low, Medium, High, Very-High
 * - `escape`: a backslash that escapes nothing
 * - `unescaped_equals`: `=` inside a value without its backslash
 * - `duplicate_key`: a key for the second time
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

/** A line that is no CEF record, or (reason `unwritable`) a record that has no CEF line. Its `code` is `cef_syntax`. */
export class CefSyntaxError extends KonnectError {
  declare readonly code: "cef_syntax";
  /** What is wrong, as a stable word for programs. */
  readonly reason: CefSyntaxReason;
  /** Where in the line, in UTF-16 code units from its start; undefined where no line exists yet (`unwritable`). */
  readonly offset: number | undefined;
  /** The line as it was passed, so that nothing is lost. Not enumerable: it would drown a log. */
  declare readonly line: string | undefined;

  constructor(reason: CefSyntaxReason, problem: string, offset?: number, line?: string) {
    super("cef_syntax", offset === undefined ? problem : `${problem} (at offset ${offset})`);
    this.reason = reason;
    this.offset = offset;
    Object.defineProperty(this, "line", { value: line });
  }
}

brand(CefSyntaxError, "CefSyntaxError");
