import { isEscaped } from "../../shared/escapes.js";
import type { CefSyntaxReason } from "./error.js";

const PIPE = 0x7c;
const SPACE = 0x20;

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
 * character. Spaces before the digits are skipped: rsyslog writes `CEF: 0`. Undefined without a marker. Fewer than {@link HEADER_FIELDS} delimiters mean that the line was cut.
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
    let from = marker + 4;
    while (line.charCodeAt(from) === SPACE) from++;
    let at = from;
    while (isDigit(line.charCodeAt(at))) at++;
    if (at > from && line.charCodeAt(at) === PIPE) return marker;
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
export interface ReadHeader extends CefHeader, HeaderOffsets {
  prefix: string;
  /** True for `CEF: 0`, which the standard does not allow. */
  hasSpace: boolean;
}

/** Why a line has no header that can be read. */
export interface HeaderProblem {
  reason: CefSyntaxReason;
  problem: string;
  offset: number;
}

/**
 * Reads the header of a line that ends at `end`. The problem is `no_marker`, `header` for a header that was cut, or `line_feed`
 * for two lines.
 */
export function readHeader(line: string, end: number): ReadHeader | HeaderProblem {
  const marker = findMarker(line);
  if (marker === -1) return { reason: "no_marker", problem: "CEF: is missing", offset: 0 };
  const [start, stop] = prefixBounds(line, marker);
  const delimiters = findDelimiters(line, marker);
  if (delimiters.length < HEADER_FIELDS) {
    const problem = `the header has ${delimiters.length} of ${HEADER_FIELDS} fields: the line was cut`;
    return { reason: "header", problem, offset: end };
  }
  const feed = line.indexOf("\n");
  if (feed !== -1 && feed < end) return { reason: "line_feed", problem: "more than one line", offset: feed };
  const field = (index: number) => unescapeHeader(line.slice(delimiters[index - 1]! + 1, delimiters[index]!));
  let version = marker + 4;
  while (line.charCodeAt(version) === SPACE) version++;
  return {
    marker,
    delimiters,
    prefix: line.slice(start, stop),
    version: line.slice(version, delimiters[0]),
    hasSpace: version > marker + 4,
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
