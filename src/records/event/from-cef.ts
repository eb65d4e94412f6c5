import { isJson } from "../../shared/json.js";
import { CefSyntaxError } from "../cef/error.js";
import { keyStart, readValue } from "../cef/extension.js";
import { findHeader, HEADER_FIELDS, readHeaderField } from "../cef/header.js";
import { endOfLine, NO_MARKER, prefixBounds } from "../cef/parse.js";
import { type Head, makeEvent, NO_DUPLICATES, NONE, newValues, severityOf, type Values } from "./build.js";
import {
  CLIENT_CHOSEN,
  DOCUMENTED,
  FIELD,
  type FieldName,
  type Kind,
  kindOf,
  MANDATORY,
  ORDERED,
  type OrderedField,
} from "./fields.js";
import { resolveFields, texts } from "./resolve-fields.js";
import type { AuditEvent } from "./types.js";

const SPACE = 0x20;

/**
 * Reads a CEF line into an event.
 *
 * An honest record, each documented field once and in order, is read in one go; where the line holds more `key=` than
 * that, `resolveFields` tells fields from forged ones.
 *
 * @throws {@link CefSyntaxError}
 */
export function cefEvent(line: string): AuditEvent {
  const end = endOfLine(line);
  // Most lines hold no escape at all: their values are cut out as they stand.
  const hasEscapes = line.includes("\\");
  const found = (hasEscapes ? undefined : usualHead(line)) ?? anyHead(line, end);
  const lineFeed = line.indexOf("\n");
  if (lineFeed !== -1 && lineFeed < end)
    throw new CefSyntaxError("line_feed", "a line feed inside the line", lineFeed, line);
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

/** The head of a line, and where the extension begins. */
interface FoundHead {
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
  const header = findHeader(line);
  if (header === undefined) throw new CefSyntaxError("no_marker", NO_MARKER, 0, line);
  const { marker, delimiters } = header;
  if (delimiters.length < HEADER_FIELDS) throw new CefSyntaxError("header", "the header was cut", end, line);
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

/**
 * Reads the fields of a record that holds no `key=` but Konnect's own, each once and in order; undefined
 * for any other record.
 */
function readHonest(
  line: string,
  start: number,
  end: number,
  kind: Exclude<Kind, "unknown">,
  hasEscapes: boolean,
): Values | undefined {
  const values = newValues();
  const order = ORDERED[kind];
  let rank = 0;
  let open: OrderedField | undefined;
  let isBehindClientText = false;
  let hasDoubtful = false;
  let mandatory = 0;
  let valueAt = start;
  for (let equals = line.indexOf("=", start); equals !== -1; equals = line.indexOf("=", equals + 1)) {
    let next = rank;
    while (next < order.length && !endsAt(line, order[next]!.codes, equals, start)) next++;
    if (next === order.length) {
      // Text such as `a=b` is none of ours, unless it could be a field.
      const at = keyStart(line, equals);
      if (at < start || (at > start && line.charCodeAt(at - 1) !== SPACE)) continue;
      if (open?.isClientChosen && !DOCUMENTED[kind].has(line.slice(at, equals))) continue;
      return undefined;
    }
    const found = order[next]!;
    const keyAt = equals - found.codes.length;
    if (open === undefined ? keyAt !== start : found.isOptional && open.isClientChosen) return undefined;
    if (open !== undefined) values[open.field] = cut(line, valueAt, keyAt - 1, open, hasEscapes);
    if (found.isOptional) hasDoubtful ||= isBehindClientText;
    else if (found.field !== FIELD.sig) mandatory++;
    isBehindClientText ||= found.isClientChosen;
    open = found;
    valueAt = equals + 1;
    rank = next + 1;
  }
  if (open === undefined) return start === end ? values : undefined;
  // Where a mandatory field is missing, client-chosen text may have supplied the optional one behind it.
  if (hasDoubtful && mandatory < MANDATORY[kind].size) return undefined;
  // A signature holds no space, so only one that ends the line counts.
  const space = open.field === FIELD.sig ? line.indexOf(" ", valueAt) : -1;
  if (space !== -1 && space < end) return undefined;
  values[open.field] = cut(line, valueAt, end, open, hasEscapes);
  return values;
}

function cut(line: string, from: number, to: number, { key }: OrderedField, hasEscapes: boolean): string {
  return hasEscapes ? readEventValue(line, from, to, key) : line.slice(from, to);
}

/**
 * The text of a field. Konnect does not escape client-chosen text, so `C:\new` is a path there and no line feed: HTTP
 * cannot carry one in a user agent or a path. `query` is JSON, with escapes of its own.
 */
function readEventValue(line: string, from: number, to: number, key: string): string {
  if (!CLIENT_CHOSEN.has(key)) return readValue(line, from, to, false);
  const sent = line.slice(from, to);
  if (!sent.includes("\\")) return sent;
  const text = sent.replace(/\\([\\=])/g, "$1");
  return key === "query" && text !== sent && isJson(sent) && !isJson(text) ? sent : text;
}

/** True if this key, and a space or the start before it, ends at `equals`. */
function endsAt(line: string, codes: Uint8Array, equals: number, start: number): boolean {
  const at = equals - codes.length;
  if (at < start || (at > start && line.charCodeAt(at - 1) !== SPACE)) return false;
  // From its end, where a key differs from another the soonest; faster than `startsWith`.
  for (let i = codes.length - 1; i >= 0; i--) if (line.charCodeAt(at + i) !== codes[i]) return false;
  return true;
}

function skipSpaces(line: string, from: number, end: number): number {
  let at = from;
  while (at < end && line.charCodeAt(at) === SPACE) at++;
  return at;
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
