import { endOfLine } from "../../shared/white-space.js";
import { NO_DUPLICATES, NONE, type Reading } from "./build.js";
import { findCandidates } from "./candidates.js";
import { readAnyHead, readUsualHead } from "./cef-head.js";
import { chooseFields } from "./choose-fields.js";
import { cutFields } from "./cut-fields.js";
import { kindOf } from "./fields.js";
import { readHonest } from "./honest-fields.js";
import { findRow } from "./longest-row.js";

/**
 * Reads a CEF line.
 *
 * An honest record has each documented field once and in order, and is read in one pass. A line with more `key=` than that may
 * hold injected fields: clients choose `user_agent`, `request`, `query` and `principal_name`, and Konnect does not escape them, so
 * anyone who makes a request can write ` granted=true` there. Then the fields are the longest row of `key=` in Konnect's order for
 * this kind of record, and the rest is reported. Takes linear time.
 *
 * @throws {@link CefSyntaxError}
 */
export function readCef(line: string): Reading {
  const end = endOfLine(line);
  // Most lines contain no escape, so their values need no unescaping.
  const hasEscapes = line.includes("\\");
  const found = (hasEscapes ? undefined : readUsualHead(line, end)) ?? readAnyHead(line, end);
  const { head } = found;
  const kind = kindOf(head.name);
  const start = Math.min(found.end, end);
  const honest = kind === "unknown" ? undefined : readHonest(line, start, end, kind, hasEscapes);
  if (honest !== undefined)
    return { kind, format: "cef", head, values: honest, extra: NONE, duplicates: NO_DUPLICATES };
  const candidates = findCandidates(line, start, end);
  const choices = chooseFields(candidates, findRow(candidates, kind), kind);
  return { kind, format: "cef", head, ...cutFields(line, candidates, choices, start, end) };
}
