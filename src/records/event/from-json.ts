import { parseJson } from "../../shared/json.js";
import { RecordSyntaxError } from "../record-error.js";
import { asText, makeEvent, NO_DUPLICATES, NONE, newValues, severityOf, type Values } from "./build.js";
import { DOCUMENTED, FIELD, type Kind, kindOf } from "./fields.js";
import { isPulledRecord } from "./from-pulled.js";
import { type JsonObject, parseJsonRecord, recordOf } from "./json-record.js";
import type { AuditEvent } from "./types.js";

/** Members that make the head of an event. */
const HEAD =
  "event_vendor event_product event_version event_class_id event_ts cef_version name severity".split(" ");
/** Members that are read: the others are `extra`. */
const READ: Record<Kind, ReadonlySet<string>> = {
  authentication: new Set([...HEAD, ...DOCUMENTED.authentication]),
  authorization: new Set([...HEAD, ...DOCUMENTED.authorization]),
  access: new Set([...HEAD, ...DOCUMENTED.access]),
  unknown: new Set([...HEAD, ...DOCUMENTED.unknown]),
};
const WRAPPER: ReadonlySet<string> = new Set(["event"]);

/**
 * Reads a JSON record, or one in a CPS wrapper, into an event.
 *
 * @throws {@link RecordSyntaxError}
 */
export function jsonEvent(line: string): AuditEvent {
  const parsed = parse(line, JSON.parse);
  // JSON.parse rounds an integer beyond 2^53, such as an older trace_id. Few records hold one.
  return eventOf(line, hasLostDigits(parsed) ? parse(line, parseJson) : parsed);
}

function parse(line: string, parseText: (text: string) => unknown): JsonObject {
  try {
    return parseJsonRecord(line, parseText);
  } catch (cause) {
    const why = cause instanceof RangeError ? cause.message : "it is not JSON";
    throw new RecordSyntaxError("json", why, line, { cause });
  }
}

/** True if a number in the value may have had more digits than a JavaScript number holds. */
function hasLostDigits(value: unknown): boolean {
  if (typeof value === "number") return !(Math.abs(value) <= Number.MAX_SAFE_INTEGER);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasLostDigits);
}

function eventOf(line: string, outer: JsonObject): AuditEvent {
  const { record, isWrapped } = recordOf(outer);
  const { name } = record;
  if (typeof name !== "string") throw new RecordSyntaxError("no_record", problemWithoutName(outer), line);
  const kind = kindOf(name);
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
  let extra = withUnread(undefined, record, READ[kind]);
  if (isWrapped) extra = withUnread(extra, outer, WRAPPER);
  const format = isWrapped ? "cps" : "json";
  return makeEvent(kind, format, line, head, readValues(record, kind), extra ?? NONE, NO_DUPLICATES);
}

type Texts = Record<string, string>;

/** `extra`, with the members of `object` that are not read. Most records have none, and cost no object. */
function withUnread(
  extra: Texts | undefined,
  object: JsonObject,
  read: ReadonlySet<string>,
): Texts | undefined {
  let texts = extra;
  for (const key of Object.keys(object)) {
    if (read.has(key)) continue;
    texts ??= Object.create(null) as Texts;
    texts[key] ??= asText(object[key]);
  }
  return texts;
}

function problemWithoutName(record: JsonObject): string {
  return isPulledRecord(record)
    ? "a pulled record: give it to fromPulledRecord"
    : "not an audit record: it has no name";
}

/** Takes the documented fields of this kind by name, which is the fastest. */
function readValues(record: JsonObject, kind: Kind): Values {
  const values = newValues();
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
  return values;
}

function headText(value: unknown): string | undefined {
  return value === undefined ? undefined : asText(value);
}
