import { endOfLine } from "../shared/white-space.js";
import { findHeader, HEADER_FIELDS } from "./cef/header.js";
import { parseJsonRecord } from "./event/json-record.js";

/** True for a line that `parseAuditRecord` accepts. Does not make the event. */
export function isRecord(line: string): boolean {
  if (!looksLikeRecord(line)) return false;
  if (firstCharacter(line) !== "{") {
    const lineFeed = line.indexOf("\n");
    return lineFeed === -1 || lineFeed >= endOfLine(line);
  }
  try {
    return typeof parseJsonRecord(line).record.name === "string";
  } catch {
    return false;
  }
}

/** False for most lines that are not records. Ten times as fast as an error: a batch may have 200,000 such lines. */
export function looksLikeRecord(line: string): boolean {
  if (firstCharacter(line) === "{") return line.charCodeAt(endOfLine(line) - 1) === 0x7d;
  return findHeader(line)?.delimiters.length === HEADER_FIELDS;
}

/** The first character that is neither white space nor a byte order mark. */
export function firstCharacter(line: string): string {
  let at = 0;
  while (at < line.length && isPadding(line.charCodeAt(at))) at++;
  return line.charAt(at);
}

function isPadding(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xfeff;
}
