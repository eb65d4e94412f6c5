import { isEscaped } from "../../shared/escapes.js";
import { CefSyntaxError } from "./error.js";

const PIPE = 0x7c;

/** Where a header is in a line, as offsets. */
export interface HeaderOffsets {
  /** Offset of the `C` of the marker `CEF:`. */
  marker: number;
  /** Offsets of the unescaped `|` after the version, vendor, product, device version, class id, name and severity. */
  delimiters: number[];
}

/** The number of fields in a CEF header, the version included. Each ends with `|`. */
export const HEADER_FIELDS = 7;

/**
 * Finds the header. Its marker is the first `CEF:` that is followed by digits and `|`, and not preceded by a word
 * character. Undefined without a marker. Fewer than {@link HEADER_FIELDS} delimiters mean that the line was cut.
 */
export function findHeader(line: string): HeaderOffsets | undefined {
  const marker = findMarker(line);
  return marker === -1 ? undefined : { marker, delimiters: findDelimiters(line, marker) };
}

/** Offset of the marker; -1 without one. */
function findMarker(line: string): number {
  const pipe = line.indexOf("|");
  if (pipe === -1) return -1;
  // Usually the first `|` ends the first marker, and is the fastest to find.
  const usual = pipe - "CEF:0".length;
  const isUsual =
    usual >= 0 &&
    isDigit(line.charCodeAt(pipe - 1)) &&
    line.startsWith("CEF:", usual) &&
    !isWord(line.charCodeAt(usual - 1));
  return isUsual ? usual : findUnusualMarker(line);
}

function findUnusualMarker(line: string): number {
  for (let marker = line.indexOf("CEF:"); marker !== -1; marker = line.indexOf("CEF:", marker + 4)) {
    if (marker > 0 && isWord(line.charCodeAt(marker - 1))) continue;
    let at = marker + 4;
    while (isDigit(line.charCodeAt(at))) at++;
    if (at > marker + 4 && line.charCodeAt(at) === PIPE) return marker;
  }
  return -1;
}

/** The header of a CEF record. The fields have the names of the CEF standard, and are unescaped. */
export interface CefHeader {
  /** Version of the CEF format; Konnect writes `"0"`. */
  version: string;
  deviceVendor: string;
  deviceProduct: string;
  deviceVersion: string;
  deviceEventClassId: string;
  name: string;
  /** As sent: `"0"` to `"10"`, or a word such as `"High"`. */
  severity: string;
}

/** A header, its offsets, and the text before its marker, trimmed. */
interface ReadHeader extends CefHeader, HeaderOffsets {
  prefix: string;
}

/**
 * Reads the header of a line that ends at `end`.
 *
 * @throws {@link CefSyntaxError} `no_marker`, `header` for a header that was cut, `line_feed` for two lines
 */
export function readHeader(line: string, end: number): ReadHeader {
  const marker = findMarker(line);
  if (marker === -1) throw new CefSyntaxError("no_marker", "CEF: is missing", 0, line);
  const [start, stop] = prefixBounds(line, marker);
  const delimiters = findDelimiters(line, marker);
  if (delimiters.length < HEADER_FIELDS) {
    const problem = `the header has ${delimiters.length} of ${HEADER_FIELDS} fields: the line was cut`;
    throw new CefSyntaxError("header", problem, end, line);
  }
  const feed = line.indexOf("\n");
  if (feed !== -1 && feed < end) throw new CefSyntaxError("line_feed", "more than one line", feed, line);
  const field = (index: number) => unescapeHeader(line.slice(delimiters[index - 1]! + 1, delimiters[index]!));
  return {
    marker,
    delimiters,
    prefix: line.slice(start, stop),
    version: line.slice(marker + 4, delimiters[0]),
    deviceVendor: field(1),
    deviceProduct: field(2),
    deviceVersion: field(3),
    deviceEventClassId: field(4),
    name: field(5),
    severity: field(6),
  };
}

function unescapeHeader(raw: string): string {
  return raw.includes("\\") ? raw.replace(/\\([\\|])/g, "$1") : raw;
}

/** Start and end of the text before the marker, without surrounding spaces, tabs and byte order marks. */
export function prefixBounds(line: string, marker: number): [start: number, end: number] {
  let start = 0;
  let end = marker;
  while (start < end && isPadding(line.charCodeAt(start))) start++;
  while (end > start && isPadding(line.charCodeAt(end - 1))) end--;
  return [start, end];
}

function findDelimiters(line: string, marker: number): number[] {
  const first = line.indexOf("|", marker);
  const delimiters = [first];
  let from = first + 1;
  while (delimiters.length < HEADER_FIELDS) {
    const at = line.indexOf("|", from);
    if (at === -1) break;
    if (!isEscaped(line, at, from)) delimiters.push(at);
    from = at + 1;
  }
  return delimiters;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isWord(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f;
}

function isPadding(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0xfeff;
}
