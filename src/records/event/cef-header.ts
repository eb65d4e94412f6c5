import { type HeaderProblem, isDigit, readHeader } from "../cef/header.js";
import type { RecordHeader } from "./build.js";

/** The header of a line, and where its first field begins. */
export interface FoundHeader {
  header: RecordHeader;
  end: number;
  /** The version as sent, for `CEF: 0`. */
  malformed: Record<string, string> | undefined;
}

/** Reads the header of a CEF line that ends at `end`. */
export function readCefHeader(line: string, end: number): FoundHeader | HeaderProblem {
  const found = readHeader(line, end);
  if ("problem" in found) return found;
  const header = {
    vendor: found.deviceVendor,
    product: found.deviceProduct,
    version: found.deviceVersion,
    cef_version: found.version,
    event_class_id: found.deviceEventClassId,
    name: found.name,
    severity: found.severity,
    timestamp: timestampOf(found.prefix),
  };
  const malformed = found.hasSpace
    ? { cef_version: line.slice(found.marker + 4, found.delimiters[0]) }
    : undefined;
  return { header, end: skipSpaces(line, found.delimiters[6]! + 1), malformed };
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
