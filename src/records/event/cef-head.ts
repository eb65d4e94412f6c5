import { prefixBounds, readHeaderField, refuseCutHeader, requireHeader } from "../cef/header.js";
import { type Head, severityOf } from "./build.js";

/**
 * Reads the head of a line that ends at `end`.
 *
 * @throws {@link CefSyntaxError} `no_marker`, `header`
 */
export function readHead(line: string, end: number, hasEscapes: boolean): FoundHead {
  return (hasEscapes ? undefined : usualHead(line)) ?? anyHead(line, end);
}

/** The head of a line, and where the extension begins. */
export interface FoundHead {
  head: Head;
  end: number;
}

/** How nearly every line of Konnect's goes on behind the seconds of its time, and where the first `|` in it stands. */
const USUAL = "Z konghq.com CEF:0|KongInc|Konnect|1.0|";
const SECONDS = "2026-11-25T10:00:00".length;
const FIRST_PIPE = SECONDS + USUAL.indexOf("|");

/** The head of a line that begins as nearly every one does: what is always the same is compared, not cut out. */
function usualHead(line: string): FoundHead | undefined {
  if (line.indexOf("|") !== FIRST_PIPE || !line.startsWith(USUAL, SECONDS)) return undefined;
  const timestamp = line.slice(0, SECONDS + 1);
  if (!hasClock(line, 0, SECONDS)) return undefined;
  const classId = SECONDS + USUAL.length;
  const name = line.indexOf("|", classId) + 1;
  const severity = line.indexOf("|", name) + 1;
  const end = line.indexOf("|", severity) + 1;
  if (name === 0 || severity === 0 || end === 0) return undefined;
  const head = {
    vendor: "KongInc",
    product: "Konnect",
    version: "1.0",
    cefVersion: "0",
    eventClassId: line.slice(classId, name - 1),
    name: line.slice(name, severity - 1),
    severity: severityOf(line.slice(severity, end - 1)),
    timestamp,
  };
  return { head, end };
}

function anyHead(line: string, end: number): FoundHead {
  const header = requireHeader(line);
  refuseCutHeader(header, line, end);
  const { marker, delimiters } = header;
  const field = (index: number) => readHeaderField(line, delimiters[index - 1]! + 1, delimiters[index]!);
  const head = {
    vendor: field(1),
    product: field(2),
    version: field(3),
    cefVersion: line.slice(marker + 4, delimiters[0]),
    eventClassId: field(4),
    name: field(5),
    severity: severityOf(field(6)),
    timestamp: timestampOf(line, marker),
  };
  return { head, end: delimiters[6]! + 1 };
}

/** What stands before the host in the prefix. */
function timestampOf(line: string, marker: number): string | undefined {
  const [start, end] = prefixBounds(line, marker);
  if (start === end) return undefined;
  const space = line.lastIndexOf(" ", end - 1);
  const stop = space > start ? space : end;
  // A host alone is no time.
  return hasClock(line, start, stop) ? line.slice(start, stop) : undefined;
}

/** True for text with a colon behind a digit, as times have it. */
function hasClock(line: string, start: number, end: number): boolean {
  const colon = line.indexOf(":", start);
  const digit = line.charCodeAt(colon - 1);
  return colon > start && colon < end && digit >= 0x30 && digit <= 0x39;
}
