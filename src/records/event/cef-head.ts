import { isDigit, readHeader } from "../cef/header.js";
import type { Head } from "./build.js";

/** The head of a line, and where its first field begins. */
export interface FoundHead {
  head: Head;
  end: number;
}

/** How nearly every line from Konnect continues after the seconds of its time, and the offset of its first `|`. */
const USUAL = "Z konghq.com CEF:0|KongInc|Konnect|1.0|";
const SECONDS = "2026-11-25T10:00:00".length;
const FIRST_PIPE = SECONDS + USUAL.indexOf("|");

/**
 * Reads the head of a line without escapes that begins in the usual way. Faster, because it compares the constant part
 * instead of cutting it out. Undefined for any other line.
 */
export function readUsualHead(line: string, end: number): FoundHead | undefined {
  if (line.indexOf("|") !== FIRST_PIPE || !line.startsWith(USUAL, SECONDS)) return undefined;
  // Anything else may be padding, which is not part of the time.
  if (!isDigit(line.charCodeAt(0))) return undefined;
  const timestamp = line.slice(0, SECONDS + 1);
  const feed = line.indexOf("\n");
  if (!hasClock(timestamp) || (feed !== -1 && feed < end)) return undefined;
  const classId = SECONDS + USUAL.length;
  const name = line.indexOf("|", classId) + 1;
  const severity = line.indexOf("|", name) + 1;
  const start = line.indexOf("|", severity) + 1;
  if (name === 0 || severity === 0 || start === 0) return undefined;
  const head = {
    vendor: "KongInc",
    product: "Konnect",
    version: "1.0",
    cef_version: "0",
    event_class_id: line.slice(classId, name - 1),
    name: line.slice(name, severity - 1),
    severity: line.slice(severity, start - 1),
    timestamp,
  };
  return { head, end: skipSpaces(line, start) };
}

/**
 * Reads the head of any line.
 *
 * @throws {@link CefSyntaxError} `no_marker`, `header`, `line_feed`
 */
export function readAnyHead(line: string, end: number): FoundHead {
  const header = readHeader(line, end);
  const head = {
    vendor: header.deviceVendor,
    product: header.deviceProduct,
    version: header.deviceVersion,
    cef_version: header.version,
    event_class_id: header.deviceEventClassId,
    name: header.name,
    severity: header.severity,
    timestamp: timestampOf(header.prefix),
  };
  return { head, end: skipSpaces(line, header.delimiters[6]! + 1) };
}

function skipSpaces(line: string, from: number): number {
  let at = from;
  while (line.charCodeAt(at) === 0x20) at++;
  return at;
}

/** The part of the prefix before the host. A host alone is not a time. */
function timestampOf(prefix: string): string | undefined {
  const space = prefix.lastIndexOf(" ");
  const text = space > 0 ? prefix.slice(0, space) : prefix;
  return hasClock(text) ? text : undefined;
}

/** True for text whose first colon follows a digit, as times have it. */
function hasClock(text: string): boolean {
  return isDigit(text.charCodeAt(text.indexOf(":") - 1));
}
