import { FIELD, FIELD_NAMES, type Kind } from "./fields.js";
import type { AuditEvent, DuplicateField, EventFormat } from "./types.js";

/** What comes before the fields. */
export interface Head {
  vendor: string | undefined;
  product: string | undefined;
  version: string | undefined;
  cef_version: string | undefined;
  event_class_id: string | undefined;
  name: string;
  /** As sent: text in CEF, a number in JSON. */
  severity: unknown;
  timestamp: string | undefined;
}

type Texts = Record<string, string>;

/** Shared by all events without extra fields, so that an ordinary event needs no object for them. */
export const NONE: Readonly<Texts> = Object.freeze(Object.create(null));
export const NO_DUPLICATES: readonly DuplicateField[] = Object.freeze([]);

/** The untyped values of the fields, by their number in `FIELD`: text, or any JSON value. */
export type Values = unknown[];

/** Values that are all undefined. */
export function newValues(): Values {
  // biome-ignore format: a literal of this length is the fastest to create
  return [
    undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined,
    undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined,
  ];
}

/** The text of values that have the wrong type. Undefined for most records, to save an object. */
interface Misfits {
  texts: Texts | undefined;
}

/** A record after it was read, and before its values have types. */
export interface Reading {
  kind: Kind;
  format: EventFormat;
  head: Head;
  values: Values;
  extra: Readonly<Texts>;
  duplicates: readonly DuplicateField[];
}

/**
 * Gives the values their types and makes the event. One literal per kind, because objects of one shape are the fastest
 * to create and to read.
 */
export function makeEvent(
  raw: string,
  { kind, format, head, values, extra, duplicates }: Reading,
): AuditEvent {
  const misfits: Misfits = { texts: undefined };
  const { vendor, product, version, cef_version, event_class_id, name, timestamp } = head;
  const severity = severityOf(head.severity);
  const rt = integer(values, FIELD.rt, misfits);
  const time = timeOf(rt, timestamp);
  const src = text(values, FIELD.src, misfits);
  const org_id = text(values, FIELD.org_id, misfits);
  const principal_id = text(values, FIELD.principal_id, misfits);
  const principal_name = text(values, FIELD.principal_name, misfits);
  const actor_id = text(values, FIELD.actor_id, misfits);
  const portal_id = text(values, FIELD.portal_id, misfits);
  const kong_initiated = boolean(values, FIELD.kong_initiated, misfits);
  const trace_id = identifier(values, FIELD.trace_id, misfits);
  const user_agent = text(values, FIELD.user_agent, misfits);
  const sig = text(values, FIELD.sig, misfits);
  switch (kind) {
    case "authorization": {
      const action = text(values, FIELD.action, misfits);
      const granted = boolean(values, FIELD.granted, misfits);
      const resource = name.slice("Authz.".length);
      // biome-ignore format: one literal per shape
      return {
        type: "authorization", format, raw, vendor, product, version, cef_version, event_class_id, name, severity, timestamp,
        time, rt, src, org_id, principal_id, principal_name, actor_id, portal_id, kong_initiated, trace_id, user_agent, sig,
        action, granted, resource, extra, duplicates, malformed: misfits.texts ?? NONE,
      };
    }
    case "access": {
      const request = text(values, FIELD.request, misfits);
      const act = text(values, FIELD.act, misfits);
      const status = integer(values, FIELD.status, misfits);
      const query = text(values, FIELD.query, misfits);
      // biome-ignore format: one literal per shape
      return {
        type: "access", format, raw, vendor, product, version, cef_version, event_class_id, name, severity, timestamp,
        time, rt, src, org_id, principal_id, principal_name, actor_id, portal_id, kong_initiated, trace_id, user_agent, sig,
        request, act, status, query, extra, duplicates, malformed: misfits.texts ?? NONE,
      };
    }
    case "authentication": {
      const request = text(values, FIELD.request, misfits);
      const success = boolean(values, FIELD.success, misfits);
      const authentication_type = authenticationType(event_class_id);
      const outcome = name.slice("AUTHENTICATION_OUTCOME_".length).toLowerCase();
      // biome-ignore format: one literal per shape
      return {
        type: "authentication", format, raw, vendor, product, version, cef_version, event_class_id, name, severity, timestamp,
        time, rt, src, org_id, principal_id, principal_name, actor_id, portal_id, kong_initiated, trace_id, user_agent, sig,
        request, success, authentication_type, outcome, extra, duplicates, malformed: misfits.texts ?? NONE,
      };
    }
    default:
      // biome-ignore format: one literal per shape
      return {
        type: "unknown", format, raw, vendor, product, version, cef_version, event_class_id, name, severity, timestamp,
        time, rt, src, org_id, principal_id, principal_name, actor_id, portal_id, kong_initiated, trace_id, user_agent, sig,
        extra, duplicates, malformed: misfits.texts ?? NONE,
      };
  }
}

function text(values: Values, field: number, misfits: Misfits): string | undefined {
  const value = values[field];
  return typeof value === "string" || value === undefined ? value : reject(field, value, misfits);
}

/** Turns a number into text. An integer that JavaScript cannot hold is text already. */
function identifier(values: Values, field: number, misfits: Misfits): string | undefined {
  const value = values[field];
  return typeof value === "number" ? String(value) : text(values, field, misfits);
}

function integer(values: Values, field: number, misfits: Misfits): number | undefined {
  const value = values[field];
  if (value === undefined) return undefined;
  const number = typeof value === "string" ? wholeNumber(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : reject(field, value, misfits);
}

/** Parses decimal digits; NaN for other text. */
function wholeNumber(value: string): number {
  const isNegative = value.charCodeAt(0) === 0x2d;
  const from = isNegative ? 1 : 0;
  if (value.length === from || value.length > 17) return Number.NaN;
  let number = 0;
  for (let at = from; at < value.length; at++) {
    const digit = value.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return isNegative ? -number : number;
}

function boolean(values: Values, field: number, misfits: Misfits): boolean | undefined {
  const value = values[field];
  if (value === undefined) return undefined;
  if (value === "true" || value === true) return true;
  if (value === "false" || value === false) return false;
  return reject(field, value, misfits);
}

function reject(field: number, value: unknown, misfits: Misfits): undefined {
  misfits.texts ??= Object.create(null) as Texts;
  misfits.texts[FIELD_NAMES[field]!] = asText(value);
  return undefined;
}

/** A value as JSON text; for a value that JSON lacks, such as a function, its JavaScript text. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

/** The last valid Date, in ms (ECMA-262, 21.4.1.1). */
const LAST_DATE = 8.64e15;

function timeOf(rt: number | undefined, timestamp: string | undefined): Date | undefined {
  if (rt !== undefined && Math.abs(rt) <= LAST_DATE) return new Date(rt);
  // Syslog's `Apr 14 05:39:08` lacks the year, so it is not a point in time.
  if (timestamp === undefined || !/^\d{4}-\d\d-\d\dT/.test(timestamp)) return undefined;
  const time = new Date(timestamp);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** A number if it is one, else its text. */
function severityOf(value: unknown): number | string | undefined {
  if (typeof value === "number" || value === undefined) return value;
  const severity = asText(value);
  const number = severity.length > 3 ? Number.NaN : wholeNumber(severity);
  return number >= 0 ? number : severity;
}

function authenticationType(event_class_id: string | undefined): string | undefined {
  const prefix = "AUTHENTICATION_TYPE_";
  return event_class_id?.startsWith(prefix) ? event_class_id.slice(prefix.length).toLowerCase() : undefined;
}
