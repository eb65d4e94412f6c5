import { endOfLine } from "../../shared/white-space.js";
import type { RecordProblem } from "../record-error.js";
import { asText, NO_DUPLICATES, NO_FIELDS, newValues, type RawRecord, type Values } from "./build.js";
import { DOCUMENTED, FIELD, type Kind, kindOf } from "./fields.js";
import { pulledRecordIn, readPulled } from "./from-pulled.js";
import { type JsonObject, type JsonRecord, parseJsonRecord } from "./json-record.js";

/** Members that make the header of an event. */
const HEADER =
  "event_vendor event_product event_version event_class_id event_ts cef_version name severity".split(" ");
/** Members that become fields; all others are `extra`. */
const READ: Record<Kind, ReadonlySet<string>> = {
  authentication: new Set([...HEADER, ...DOCUMENTED.authentication]),
  authorization: new Set([...HEADER, ...DOCUMENTED.authorization]),
  access: new Set([...HEADER, ...DOCUMENTED.access]),
  unknown: new Set([...HEADER, ...DOCUMENTED.unknown]),
};
const WRAPPER: ReadonlySet<string> = new Set(["event"]);

/** Reads a JSON record, one in a CPS wrapper, or a pulled record. */
export function readJson(line: string): RawRecord | RecordProblem {
  const parsed = parse(line);
  if ("problem" in parsed) return parsed;
  const { record, wrapper } = parsed;
  const { name } = record;
  if (typeof name !== "string") {
    const pulled = pulledRecordIn(wrapper ?? record);
    return pulled === undefined
      ? { reason: "no_record", problem: "not an audit record: it has no name" }
      : readPulled(pulled);
  }
  const kind = kindOf(name);
  const header = {
    vendor: textIn(record.event_vendor),
    product: textIn(record.event_product),
    version: textIn(record.event_version),
    cef_version: textIn(record.cef_version),
    event_class_id: textIn(record.event_class_id),
    name,
    severity: record.severity,
    timestamp: textIn(record.event_ts),
  };
  const format = wrapper === undefined ? "json" : "cps";
  let extra = withUnread(undefined, record, READ[kind]);
  if (wrapper !== undefined) extra = withUnread(extra, wrapper, WRAPPER);
  const values = readValues(record, kind);
  return {
    kind,
    format,
    header,
    values,
    extra: extra ?? NO_FIELDS,
    duplicates: NO_DUPLICATES,
    malformed: undefined,
  };
}

function parse(line: string): JsonRecord | RecordProblem {
  // Cheaper than the error of JSON.parse, with its stack.
  if (line.charCodeAt(endOfLine(line) - 1) !== CLOSING_BRACE)
    return { reason: "json", problem: "it is not JSON: no } ends it" };
  try {
    return parseJsonRecord(line);
  } catch (cause) {
    const problem = cause instanceof RangeError ? cause.message : "it is not JSON";
    return { reason: "json", problem, cause };
  }
}

const CLOSING_BRACE = 0x7d;

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

function textIn(value: unknown): string | undefined {
  return value === undefined ? undefined : asText(value);
}
