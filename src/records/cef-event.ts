import { endOfLine, prefixBounds } from "./cef.js";
import { CefSyntaxError } from "./cef-error.js";
import type { AuditEvent } from "./event.js";
import { keyStart, readValue } from "./extension.js";
import {
  CLIENT_CHOSEN,
  DOCUMENTED,
  FIELD,
  type FieldName,
  type Kind,
  kindOf,
  OPTIONAL,
  ORDER,
} from "./fields.js";
import { findHeader, HEADER_FIELDS, readHeaderField } from "./header.js";
import { makeEvent, NO_DUPLICATES, NONE, severityOf } from "./make-event.js";
import { resolveFields, texts } from "./resolve.js";

const FIELD_COUNT = Object.keys(FIELD).length;

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
  const header = findHeader(line);
  if (header === undefined)
    throw new CefSyntaxError("no_marker", "no CEF: with a version and | behind it", 0, line);
  const { marker, delimiters } = header;
  if (delimiters.length < HEADER_FIELDS)
    throw new CefSyntaxError("header", "the header has too few fields: the line was cut", end, line);
  const lineFeed = line.indexOf("\n");
  if (lineFeed !== -1 && lineFeed < end)
    throw new CefSyntaxError("line_feed", "a raw line feed inside the line", lineFeed, line);
  const field = (index: number) => readHeaderField(line, delimiters[index - 1]! + 1, delimiters[index]!);
  const name = field(5);
  const kind = kindOf(name);
  const head = {
    vendor: field(1),
    product: field(2),
    version: field(3),
    cefVersion: line.slice(marker + 4, delimiters[0]),
    eventClassId: field(4),
    name,
    severity: severityOf(field(6)),
    timestamp: timestampOf(line, marker),
  };
  const start = skipSpaces(line, delimiters[6]! + 1, end);
  const values: unknown[] = new Array(FIELD_COUNT).fill(undefined);
  if (kind !== "unknown" && readHonest(line, start, end, kind, values))
    return makeEvent(kind, "cef", line, head, values, NONE, NO_DUPLICATES);

  values.fill(undefined);
  const { fields, extra, duplicates } = resolveFields(line, start, end, kind);
  const read = (from: number, to: number) => readValue(line, from, to, false);
  for (const [key, value] of fields) values[FIELD[key as FieldName]] = read(value.start, value.end);
  return makeEvent(kind, "cef", line, head, values, texts(extra, read), duplicates);
}

/**
 * Reads the fields of a record that holds no `key=` but Konnect's own, each once and in order; false, and nothing is to
 * be used, for any other.
 */
function readHonest(
  line: string,
  start: number,
  end: number,
  kind: Exclude<Kind, "unknown">,
  values: unknown[],
): boolean {
  const order = ORDER[kind];
  let rank = 0;
  let open: FieldName | undefined;
  let valueAt = start;
  for (
    let equals = line.indexOf("=", start);
    equals !== -1 && equals < end;
    equals = line.indexOf("=", equals + 1)
  ) {
    let next = rank;
    while (next < order.length && !endsAt(line, order[next]!, equals, start)) next++;
    if (next === order.length) {
      // Text such as `a=b` is none of ours, unless it could be a field.
      const at = keyStart(line, equals);
      if (at < start || (at > start && line.charCodeAt(at - 1) !== 0x20)) continue;
      if (open !== undefined && CLIENT_CHOSEN.has(open) && !DOCUMENTED[kind].has(line.slice(at, equals)))
        continue;
      return false;
    }
    const key = order[next]!;
    if (open !== undefined) {
      if (OPTIONAL.has(key) && CLIENT_CHOSEN.has(open)) return false;
      values[FIELD[open]] = readValue(line, valueAt, equals - key.length - 1, false);
    } else if (equals - key.length !== start) return false;
    open = key;
    valueAt = equals + 1;
    rank = next + 1;
  }
  if (open === undefined) return start === end;
  if (open === "sig" && line.lastIndexOf(" ", end - 1) >= valueAt) return false;
  values[FIELD[open]] = readValue(line, valueAt, end, false);
  return true;
}

/** True if this key, and a space or the start before it, ends at `equals`. */
function endsAt(line: string, key: string, equals: number, start: number): boolean {
  const at = equals - key.length;
  return at >= start && line.startsWith(key, at) && (at === start || line.charCodeAt(at - 1) === 0x20);
}

function skipSpaces(line: string, from: number, end: number): number {
  let at = from;
  while (at < end && line.charCodeAt(at) === 0x20) at++;
  return at;
}

/** What stands before the host in the prefix. */
function timestampOf(line: string, marker: number): string | undefined {
  const [start, end] = prefixBounds(line, marker);
  if (start === end) return undefined;
  const space = line.lastIndexOf(" ", end - 1);
  const text = space > start ? line.slice(start, space) : line.slice(start, end);
  // A host alone is no time.
  return /\d:\d/.test(text) ? text : undefined;
}
