import { endOfString, parseJson } from "../json.js";
import type { AuditEvent } from "./event.js";
import { DOCUMENTED, FIELD, FIELD_NAMES, kindOf } from "./fields.js";
import { asText, makeEvent, NO_DUPLICATES, NONE, severityOf } from "./make-event.js";
import { RecordSyntaxError } from "./record-error.js";

type JsonObject = Record<string, unknown>;

/** Members that make the head of an event. */
const HEAD = new Set(
  "event_vendor event_product event_version event_class_id event_ts cef_version name severity".split(" "),
);

/** Audit records are flat. Deep nesting takes more than linear time to parse, and cannot be written as text again. */
const MAX_DEPTH = 500;
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
  let parsed: unknown;
  try {
    parsed = parseJson(line.charCodeAt(0) === BYTE_ORDER_MARK ? line.slice(1) : line);
  } catch (cause) {
    throw new RecordSyntaxError("json", "the line begins with a brace, and is no JSON", line, { cause });
  }
  const outer = parsed as JsonObject;
  const inner = isObject(outer.event) && typeof outer.name !== "string" ? outer.event : undefined;
  const record = inner ?? outer;
  if (typeof record.name !== "string")
    throw new RecordSyntaxError("no_record", "the object has no name: it is no audit record", line);
  const kind = kindOf(record.name);
  const documented = DOCUMENTED[kind];
  const values: unknown[] = [];
  for (const name of FIELD_NAMES) values[FIELD[name]] = documented.has(name) ? record[name] : undefined;
  const head = {
    vendor: headText(record.event_vendor),
    product: headText(record.event_product),
    version: headText(record.event_version),
    cefVersion: headText(record.cef_version),
    eventClassId: headText(record.event_class_id),
    name: record.name,
    severity: severityOf(record.severity),
    timestamp: headText(record.event_ts),
  };
  let extra: Record<string, string> | undefined;
  const add = (object: JsonObject, isRecord: boolean) => {
    for (const key of Object.keys(object)) {
      if (isRecord ? documented.has(key) || HEAD.has(key) : object[key] === inner) continue;
      extra ??= Object.create(null) as Record<string, string>;
      extra[key] ??= asText(object[key]);
    }
  };
  add(record, true);
  if (inner !== undefined) add(outer, false);
  return makeEvent(
    kind,
    inner === undefined ? "json" : "cps",
    line,
    head,
    values,
    extra ?? NONE,
    NO_DUPLICATES,
  );
}

/** How deep brackets nest, outside of strings. */
function depthOf(line: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 0x22) at = endOfString(line, at) - 1;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

function headText(value: unknown): string | undefined {
  return value === undefined ? undefined : asText(value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
