import { depthOf, MAX_DEPTH, parseJson } from "../json.js";
import type { AuditEvent } from "./event.js";
import { DOCUMENTED, FIELD, type Kind, kindOf } from "./fields.js";
import { asText, makeEvent, NO_DUPLICATES, NONE, newValues, severityOf, type Values } from "./make-event.js";
import { isPulledRecord } from "./pulled.js";
import { RecordSyntaxError } from "./record-error.js";

type JsonObject = Record<string, unknown>;

/** Members that make the head of an event. */
const HEAD = new Set(
  "event_vendor event_product event_version event_class_id event_ts cef_version name severity".split(" "),
);

/** A line so short cannot hurt. */
const SHALLOW = 4_096;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Reads a JSON record, or one in a CPS wrapper, into an event.
 *
 * @throws {@link RecordSyntaxError}
 */
export function jsonEvent(line: string): AuditEvent {
  if (line.length > SHALLOW && depthOf(line) > MAX_DEPTH)
    throw new RecordSyntaxError(
      "json",
      `the line nests deeper than ${MAX_DEPTH}: it is no audit record`,
      line,
    );
  return eventOf(line, parse(line, JSON.parse)) ?? eventOf(line, parse(line, parseJson), true)!;
}

function parse(line: string, parseText: (text: string) => unknown): JsonObject {
  try {
    return parseText(line.charCodeAt(0) === BYTE_ORDER_MARK ? line.slice(1) : line) as JsonObject;
  } catch (cause) {
    throw new RecordSyntaxError("json", "the line begins with a brace, and is no JSON", line, { cause });
  }
}

/** The event of a parsed record; undefined where a number lost digits, and it has to be parsed with more care. */
function eventOf(line: string, outer: JsonObject, isLossless = false): AuditEvent | undefined {
  const inner = isObject(outer.event) && typeof outer.name !== "string" ? outer.event : undefined;
  const record = inner ?? outer;
  const { name } = record;
  if (typeof name !== "string") throw new RecordSyntaxError("no_record", problemWithoutName(outer), line);
  const kind = kindOf(name);
  const values = newValues();
  const members = readValues(record, kind, values);
  if (!isLossless && values.some(hasLostDigits)) return undefined;
  const head = {
    vendor: headText(record.event_vendor),
    product: headText(record.event_product),
    version: headText(record.event_version),
    cefVersion: headText(record.cef_version),
    eventClassId: headText(record.event_class_id),
    name,
    severity: severityOf(record.severity),
    timestamp: headText(record.event_ts),
  };
  let extra: Record<string, string> | undefined;
  const others: [JsonObject, (key: string) => boolean][] = [];
  if (Object.keys(record).length !== members)
    others.push([record, (key) => DOCUMENTED[kind].has(key) || HEAD.has(key)]);
  if (inner !== undefined) others.push([outer, (key) => key === "event"]);
  for (const [object, isRead] of others)
    for (const key of Object.keys(object)) {
      if (isRead(key)) continue;
      const value = object[key];
      if (!isLossless && (typeof value === "object" || hasLostDigits(value))) return undefined;
      extra ??= Object.create(null) as Record<string, string>;
      extra[key] ??= asText(value);
    }
  const format = inner === undefined ? "json" : "cps";
  return makeEvent(kind, format, line, head, values, extra ?? NONE, NO_DUPLICATES);
}

function problemWithoutName(record: JsonObject): string {
  return isPulledRecord(record)
    ? "this is a pulled record: pass the parsed object to fromPulledRecord"
    : "the object is not an audit record: it has no name";
}

/** Takes the fields that are documented for this kind, by name, which is the fastest; tells how many members were read. */
function readValues(record: JsonObject, kind: Kind, values: Values): number {
  values[FIELD.rt] = record.rt;
  values[FIELD.src] = record.src;
  values[FIELD.org_id] = record.org_id;
  values[FIELD.portal_id] = record.portal_id;
  values[FIELD.principal_id] = record.principal_id;
  values[FIELD.principal_name] = record.principal_name;
  values[FIELD.actor_id] = record.actor_id;
  values[FIELD.kong_initiated] = record.kong_initiated;
  values[FIELD.trace_id] = record.trace_id;
  values[FIELD.user_agent] = record.user_agent;
  values[FIELD.sig] = record.sig;
  if (kind === "authorization") {
    values[FIELD.action] = record.action;
    values[FIELD.granted] = record.granted;
  } else if (kind === "authentication") {
    values[FIELD.request] = record.request;
    values[FIELD.success] = record.success;
  } else if (kind === "access") {
    values[FIELD.request] = record.request;
    values[FIELD.act] = record.act;
    values[FIELD.status] = record.status;
    values[FIELD.query] = record.query;
  }
  let members = 1;
  for (const value of values) if (value !== undefined) members++;
  if (record.event_vendor !== undefined) members++;
  if (record.event_product !== undefined) members++;
  if (record.event_version !== undefined) members++;
  if (record.event_class_id !== undefined) members++;
  if (record.event_ts !== undefined) members++;
  if (record.cef_version !== undefined) members++;
  if (record.severity !== undefined) members++;
  return members;
}

/** True for a number that may have had more digits than a JavaScript number holds. */
function hasLostDigits(value: unknown): boolean {
  return typeof value === "number" && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER);
}

function headText(value: unknown): string | undefined {
  return value === undefined ? undefined : asText(value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
