import { RecordSyntaxError } from "../record-error.js";
import { asText, NO_DUPLICATES, NONE, newValues, type Reading, type Values } from "./build.js";
import { DOCUMENTED, FIELD, type Kind, kindOf } from "./fields.js";
import { isPulledRecord } from "./from-pulled.js";
import { type JsonObject, type JsonRecord, parseJsonRecord } from "./json-record.js";

/** Members that make the head of an event. */
const HEAD =
  "event_vendor event_product event_version event_class_id event_ts cef_version name severity".split(" ");
/** Members that become fields; all others are `extra`. */
const READ: Record<Kind, ReadonlySet<string>> = {
  authentication: new Set([...HEAD, ...DOCUMENTED.authentication]),
  authorization: new Set([...HEAD, ...DOCUMENTED.authorization]),
  access: new Set([...HEAD, ...DOCUMENTED.access]),
  unknown: new Set([...HEAD, ...DOCUMENTED.unknown]),
};
const WRAPPER: ReadonlySet<string> = new Set(["event"]);

/**
 * Reads a JSON record, or one in a CPS wrapper.
 *
 * @throws {@link RecordSyntaxError}
 */
export function readJson(line: string): Reading {
  const { record, wrapper } = parse(line);
  const { name } = record;
  if (typeof name !== "string") {
    const problem = isPulledRecord(wrapper ?? record)
      ? "a pulled record: pass it to fromPulledRecord"
      : "not an audit record: it has no name";
    throw new RecordSyntaxError("no_record", problem, line);
  }
  const kind = kindOf(name);
  const head = {
    vendor: headText(record.event_vendor),
    product: headText(record.event_product),
    version: headText(record.event_version),
    cef_version: headText(record.cef_version),
    event_class_id: headText(record.event_class_id),
    name,
    severity: record.severity,
    timestamp: headText(record.event_ts),
  };
  const format = wrapper === undefined ? "json" : "cps";
  let extra = withUnread(undefined, record, READ[kind]);
  if (wrapper !== undefined) extra = withUnread(extra, wrapper, WRAPPER);
  const values = readValues(record, kind);
  return { kind, format, head, values, extra: extra ?? NONE, duplicates: NO_DUPLICATES };
}

function parse(line: string): JsonRecord {
  try {
    return parseJsonRecord(line);
  } catch (cause) {
    const why = cause instanceof RangeError ? cause.message : "it is not JSON";
    throw new RecordSyntaxError("json", why, line, { cause });
  }
}

type Texts = Record<string, string>;

/** Adds the members of `object` that are not read. Undefined for most records, to save an object. */
function withUnread(
  extra: Texts | undefined,
  object: JsonObject,
  read: ReadonlySet<string>,
): Texts | undefined {
  let texts = extra;
  for (const key in object) {
    if (read.has(key) || !Object.hasOwn(object, key)) continue;
    texts ??= Object.create(null) as Texts;
    texts[key] ??= asText(object[key]);
  }
  return texts;
}

/** Takes the documented fields of this kind by name, because a loop over the names is slower. */
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
