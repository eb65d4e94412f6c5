import { endOfLine } from "../../shared/text.js";
import { NO_DUPLICATES, NONE, type Reading } from "./build.js";
import { readAnyHead, readUsualHead } from "./cef-head.js";
import { kindOf } from "./fields.js";
import { readHonest } from "./honest-fields.js";
import { resolveFields } from "./resolve-fields.js";

/**
 * Reads a CEF line.
 *
 * An honest record has each documented field once and in order, and is read in one pass. If the line holds more `key=`
 * than that, `resolveFields` separates the fields from injected ones.
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
  return { kind, format: "cef", head, ...resolveFields(line, start, end, kind) };
}
