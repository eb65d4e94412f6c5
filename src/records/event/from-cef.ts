import { endOfLine } from "../../shared/white-space.js";
import type { RecordProblem } from "../record-error.js";
import { NO_DUPLICATES, NO_FIELDS, type RawRecord } from "./build.js";
import { findCandidates } from "./candidates.js";
import { readCefHeader } from "./cef-header.js";
import { classifyKeys } from "./classify-keys.js";
import { extractFields } from "./extract-fields.js";
import { kindOf } from "./fields.js";
import { readFieldsInOrder } from "./fields-in-order.js";
import { longestChain } from "./ordered-fields.js";

/**
 * Reads a CEF line.
 *
 * An honest record has each documented field once and in order, and is read in one pass. A line with more `key=` than that may
 * hold injected fields: clients choose `user_agent`, `request`, `query` and `principal_name`, and Konnect does not escape them, so
 * anyone who makes a request can write ` granted=true` there. Then the fields are the longest chain of `key=` in Konnect's order for
 * this kind of record, and the rest is reported. Takes linear time.
 */
export function readCef(line: string): RawRecord | RecordProblem {
  const end = endOfLine(line);
  const found = readCefHeader(line, end);
  if ("problem" in found) {
    const reason = found.reason === "no_marker" ? "no_record" : "cef";
    return {
      reason,
      problem: `not an audit record: ${found.problem} (at offset ${found.offset})`,
      cef: found,
    };
  }
  const { header, malformed } = found;
  const kind = kindOf(header.name);
  const start = Math.min(found.end, end);
  const inOrder = kind === "unknown" ? undefined : readFieldsInOrder(line, start, end, kind);
  if (inOrder !== undefined)
    return {
      kind,
      format: "cef",
      header,
      values: inOrder,
      extra: NO_FIELDS,
      duplicates: NO_DUPLICATES,
      malformed,
    };
  const candidates = findCandidates(line, start, end);
  const classified = classifyKeys(candidates, longestChain(candidates, kind), kind);
  const fields = extractFields(line, candidates, classified, start, end);
  return { kind, format: "cef", header, ...fields, malformed };
}
