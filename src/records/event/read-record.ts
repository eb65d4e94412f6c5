import type { RecordProblem } from "../record-error.js";
import { makeEvent, type RawRecord } from "./build.js";
import { readCef } from "./from-cef.js";
import { readJson } from "./from-json.js";
import type { AuditEvent } from "./types.js";

/** Reads a line in any format. Throws nothing: a batch may have 200,000 lines that are not records. Takes linear time. */
export function readRecord(line: string): RawRecord | RecordProblem {
  switch (firstCharacter(line)) {
    case "":
      return { reason: "empty", problem: "the line is empty" };
    case "{":
      return readJson(line);
    default:
      return readCef(line);
  }
}

/** The event of a line, or why it is not a record. */
export function readEvent(line: string): AuditEvent | RecordProblem {
  const record = readRecord(line);
  return "problem" in record ? record : makeEvent(line, record);
}

/** The first character that is neither white space nor a byte order mark. */
function firstCharacter(line: string): string {
  let at = 0;
  while (at < line.length && isPadding(line.charCodeAt(at))) at++;
  return line.charAt(at);
}

function isPadding(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xfeff;
}
