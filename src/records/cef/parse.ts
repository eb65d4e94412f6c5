import { KonnectError } from "../../errors.js";
import { endOfLine } from "../../shared/white-space.js";
import { CefSyntaxError } from "./error.js";
import { readExtension } from "./extension.js";
import { type CefHeader, prefixBounds, readHeader } from "./header.js";

/** A CEF record. All values are unescaped strings. */
export interface CefRecord extends CefHeader {
  /** The text before `CEF:`, usually a timestamp and a host. Absent if the line starts with `CEF:`. */
  prefix?: string | undefined;
  /** The fields after the header, unescaped. It has no prototype, so every key is safe, even `__proto__`. */
  extensions: Record<string, string>;
  /** Keys that occur again. `extensions` has the first value of each, because a later one may be forged. */
  duplicates: readonly string[];
  /** What the standard forbids, as sent. Only `CEF: 0`, which rsyslog writes: then its `version` is `" 0"`. Absent otherwise. */
  malformed?: { version: string } | undefined;
}

/** How `parseCef` reads a line. */
export interface ParseCefOptions {
  /** Refuse everything that the standard forbids. Default `false`: accept what senders really write. */
  strict?: boolean | undefined;
  /**
   * The known field names. After the first field, only these start a field; any other `word=` stays part of the value
   * before it. Default: any `word=` starts a field.
   */
  keys?: Iterable<string> | undefined;
}

/**
 * Parses one line of ArcSight Common Event Format (CEF) of any vendor. Takes linear time.
 *
 * White space and a line break at the end of the line are not part of the record.
 *
 * @throws {@link CefSyntaxError} if the line is not a CEF record; see its `reason` and `offset`
 * @example
 * ```ts
 * const record = parseCef("2025-06-18T21:02:36Z konghq.com CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|1|action=list");
 * record.name;              // "Authz.usage"
 * record.extensions.action; // "list"
 * ```
 * @see Micro Focus Security ArcSight Common Event Format, version 25
 */
export function parseCef(line: string, options: ParseCefOptions = {}): CefRecord {
  if (typeof line !== "string") {
    throw new KonnectError(
      "invalid_input",
      `parseCef: line must be a string (got ${typeof line}); decode bytes first`,
    );
  }
  const strict = options.strict === true;
  const end = endOfLine(line);
  const found = readHeader(line, end);
  if ("problem" in found) throw new CefSyntaxError(found.reason, found.problem, found.offset, line);
  const { marker, delimiters, prefix, hasSpace, ...header } = found;
  if (
    !Number.isSafeInteger(Number(header.version)) ||
    (strict && (hasSpace || !/^[01]$/.test(header.version)))
  )
    throw new CefSyntaxError("version", "the CEF version is not supported", marker + 4, line);
  if (strict) checkHeader(line, marker, delimiters, end);
  if (strict && !SEVERITIES.has(header.severity))
    throw new CefSyntaxError("severity", "the severity is not in the standard", delimiters[5]! + 1, line);
  const keys = options.keys === undefined ? undefined : asSet(options.keys);
  const extension = readExtension(line, delimiters[6]! + 1, end, { strict, keys });
  const record: CefRecord = { ...header, ...extension };
  if (prefix !== "") record.prefix = prefix;
  if (hasSpace) record.malformed = { version: line.slice(marker + 4, delimiters[0]) };
  return record;
}

const SEVERITIES = new Set("0 1 2 3 4 5 6 7 8 9 10 Unknown Low Medium High Very-High".split(" "));

/** Throws for what the standard forbids in a header, and in any text of the line. */
function checkHeader(line: string, marker: number, delimiters: readonly number[], end: number): void {
  const [prefixStart, prefixEnd] = prefixBounds(line, marker);
  checkCharacters(line, prefixStart, prefixEnd);
  checkCharacters(line, marker, end);
  for (const [index, stop] of delimiters.slice(1).entries()) {
    const start = delimiters[index]! + 1;
    if (start === stop) throw new CefSyntaxError("empty_field", "a header field is empty", start, line);
    for (const { 0: found, index: at } of line.slice(start, stop).matchAll(/\\.?/gs)) {
      if (found === "\\\\" || found === "\\|") continue;
      throw new CefSyntaxError("escape", "a backslash in the header escapes nothing", start + at, line);
    }
  }
}

function checkCharacters(line: string, start: number, end: number): void {
  const at = line.slice(start, end).search(/[\p{Cc}\p{Cs}]/u);
  if (at === -1) return;
  throw new CefSyntaxError("character", "a control character or half a surrogate pair", start + at, line);
}

function asSet(keys: Iterable<string>): ReadonlySet<string> {
  return keys instanceof Set ? keys : new Set(keys);
}
