import { parseJson } from "../../shared/json.js";
import { RecordSyntaxError } from "../record-error.js";
import { asText, makeEvent, NO_DUPLICATES, NONE, newValues, severityOf, type Values } from "./build.js";
import { DOCUMENTED, FIELD, type Kind, kindOf } from "./fields.js";
import { isPulledRecord } from "./from-pulled.js";
import { type JsonObject, parseJsonRecord, recordOf } from "./json-record.js";
import type { AuditEvent } from "./types.js";

/** Members that make the head of an event. */
const HEAD = new Set(
  "event_vendor event_product event_version event_class_id event_ts cef_version name severity".split(" "),
);

/**
 * Reads a JSON record, or one in a CPS wrapper, into an event.
 *
 * @throws {@link RecordSyntaxError}
 */
export function jsonEvent(line: string): AuditEvent {
  return eventOf(line, parse(line, JSON.parse)) ?? eventOf(line, parse(line, parseJson), true)!;
}

function parse(line: string, parseText: (text: string) => unknown): JsonObject {
  try {
    return parseJsonRecord(line, parseText);
  } catch (cause) {
    const why = cause instanceof RangeError ? cause.message : "it is not JSON";
    throw new RecordSyntaxError("json", why, line, { cause });
  }
}

/** The event of a parsed record; undefined where a number lost digits, and it has to be parsed with more care. */
function eventOf(line: string, outer: JsonObject, isLossless = false): AuditEvent | undefined {
  const { record, isWrapped } = recordOf(outer);
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
  if (isWrapped) others.push([outer, (key) => key === "event"]);
  for (const [object, isRead] of others)
    for (const key of Object.keys(object)) {
      if (isRead(key)) continue;
      const value = object[key];
      if (!isLossless && (typeof value === "object" || hasLostDigits(value))) return undefined;
      extra ??= Object.create(null) as Record<string, string>;
      extra[key] ??= asText(value);
    }
  const format = isWrapped ? "cps" : "json";
  return makeEvent(kind, format, line, head, values, extra ?? NONE, NO_DUPLICATES);
}

function problemWithoutName(record: JsonObject): string {
  return isPulledRecord(record)
    ? "a pulled record: give it to fromPulledRecord"
    : "not an audit record: it has no name";
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
  let members = 0;
  for (const value of values) if (value !== undefined) members++;
  for (const key of HEAD) if (record[key] !== undefined) members++;
  return members;
}

/** True for a number that may have had more digits than a JavaScript number holds. */
function hasLostDigits(value: unknown): boolean {
  return typeof value === "number" && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER);
}

function headText(value: unknown): string | undefined {
  return value === undefined ? undefined : asText(value);
}
