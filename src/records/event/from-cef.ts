import { endOfLine } from "../../shared/text.js";
import { refuseLineFeed } from "../cef/header.js";
import { makeEvent, NO_DUPLICATES, NONE, newValues } from "./build.js";
import { readHead } from "./cef-head.js";
import { FIELD, type FieldName, kindOf } from "./fields.js";
import { readEventValue, readHonest } from "./honest-fields.js";
import { resolveFields, texts } from "./resolve-fields.js";
import type { AuditEvent } from "./types.js";

/**
 * Reads a CEF line into an event.
 *
 * An honest record has each documented field once and in order, and is read in one pass. If the line holds more `key=`
 * than that, `resolveFields` tells fields from injected ones.
 *
 * @throws {@link CefSyntaxError}
 */
export function cefEvent(line: string): AuditEvent {
  const end = endOfLine(line);
  // Most lines hold no escape at all: their values are cut out as they stand.
  const hasEscapes = line.includes("\\");
  const found = readHead(line, end, hasEscapes);
  refuseLineFeed(line, end);
  const { head } = found;
  const kind = kindOf(head.name);
  const start = skipSpaces(line, found.end, end);
  const honest = kind === "unknown" ? undefined : readHonest(line, start, end, kind, hasEscapes);
  if (honest !== undefined) return makeEvent(kind, "cef", line, head, honest, NONE, NO_DUPLICATES);

  const values = newValues();
  const { fields, extra, duplicates } = resolveFields(line, start, end, kind);
  const read = (key: string, { start, end }: { start: number; end: number }) =>
    readEventValue(line, start, end, key);
  for (const [key, span] of fields) values[FIELD[key as FieldName]] = read(key, span);
  return makeEvent(kind, "cef", line, head, values, texts(extra, read), duplicates);
}

function skipSpaces(line: string, from: number, end: number): number {
  let at = from;
  while (at < end && line.charCodeAt(at) === 0x20) at++;
  return at;
}
