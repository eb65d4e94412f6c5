import { FIELD, FIELD_NAMES, type Kind } from "./fields.js";
import type { AuditEvent, DuplicateField, EventFormat } from "./types.js";

/** What stands in front of the fields. */
export interface Head {
  vendor: string | undefined;
  product: string | undefined;
  version: string | undefined;
  cefVersion: string | undefined;
  eventClassId: string | undefined;
  name: string;
  /** As sent; JSON has a number. */
  severity: unknown;
  timestamp: string | undefined;
}

type Texts = Record<string, string>;

/** Shared by all events that have none, so that an ordinary event costs no object of its own. */
export const NONE: Readonly<Texts> = Object.freeze(Object.create(null));
export const NO_DUPLICATES: readonly DuplicateField[] = Object.freeze([]);

/** A field's value before it has its type, by its number in `FIELD`: text, or what JSON has. */
export type Values = unknown[];

/** Values of which none is there. */
export function newValues(): Values {
  // biome-ignore format: a literal of its own length is made the fastest
  return [
    undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined,
    undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined,
  ];
}

/** The text of values that do not have their type. Most records have none, and cost no object. */
interface Misfits {
  texts: Texts | undefined;
}

/** A record as its format's reader reads it, before the values have their types. */
export interface Reading {
  kind: Kind;
  format: EventFormat;
  head: Head;
  values: Values;
  extra: Readonly<Texts>;
  duplicates: readonly DuplicateField[];
}

/**
 * Gives values their types, and makes the event. One literal for each kind: objects of one shape are the fastest to make
 * and to read.
 */
export function makeEvent(
  raw: string,
  { kind, format, head, values, extra, duplicates }: Reading,
): AuditEvent {
  const misfits: Misfits = { texts: undefined };
  const { vendor, product, version, cefVersion, eventClassId, name, timestamp } = head;
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
      // biome-ignore format: one shape, one place
      return {
        type: "authorization", format, raw, vendor, product, version, cefVersion, eventClassId, name, severity, timestamp,
        time, rt, src, org_id, principal_id, principal_name, actor_id, portal_id, kong_initiated, trace_id, user_agent, sig,
        action, granted, resource, extra, duplicates, malformed: misfits.texts ?? NONE,
      };
    }
    case "access": {
      const request = text(values, FIELD.request, misfits);
      const act = text(values, FIELD.act, misfits);
      const status = integer(values, FIELD.status, misfits);
      const query = text(values, FIELD.query, misfits);
      // biome-ignore format: one shape, one place
      return {
        type: "access", format, raw, vendor, product, version, cefVersion, eventClassId, name, severity, timestamp,
        time, rt, src, org_id, principal_id, principal_name, actor_id, portal_id, kong_initiated, trace_id, user_agent, sig,
        request, act, status, query, extra, duplicates, malformed: misfits.texts ?? NONE,
      };
    }
    case "authentication": {
      const request = text(values, FIELD.request, misfits);
      const success = boolean(values, FIELD.success, misfits);
      const authentication_type = authenticationType(eventClassId);
      const outcome = name.slice("AUTHENTICATION_OUTCOME_".length).toLowerCase();
      // biome-ignore format: one shape, one place
      return {
        type: "authentication", format, raw, vendor, product, version, cefVersion, eventClassId, name, severity, timestamp,
        time, rt, src, org_id, principal_id, principal_name, actor_id, portal_id, kong_initiated, trace_id, user_agent, sig,
        request, success, authentication_type, outcome, extra, duplicates, malformed: misfits.texts ?? NONE,
      };
    }
    default:
      // biome-ignore format: one shape, one place
      return {
        type: "unknown", format, raw, vendor, product, version, cefVersion, eventClassId, name, severity, timestamp,
        time, rt, src, org_id, principal_id, principal_name, actor_id, portal_id, kong_initiated, trace_id, user_agent, sig,
        extra, duplicates, malformed: misfits.texts ?? NONE,
      };
  }
}

function text(values: Values, field: number, misfits: Misfits): string | undefined {
  const value = values[field];
  return typeof value === "string" || value === undefined ? value : reject(field, value, misfits);
}

/** A number becomes the text of its digits: those that JavaScript cannot hold come as text already. */
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

/** The number that text of digits stands for; NaN for other text. */
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

/** A value of JSON as text; of what JSON lacks, such as a function, as JavaScript writes it. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

/** Dates beyond this many ms are none (ECMA-262, 21.4.1.1). */
const LAST_DATE = 8.64e15;

function timeOf(rt: number | undefined, timestamp: string | undefined): Date | undefined {
  if (rt !== undefined && Math.abs(rt) <= LAST_DATE) return new Date(rt);
  // Syslog's `Apr 14 05:39:08` has no year, and so is no time.
  if (timestamp === undefined || !/^\d{4}-\d\d-\d\dT/.test(timestamp)) return undefined;
  const time = new Date(timestamp);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** A number where it is one, as JSON and CEF have it. */
function severityOf(value: unknown): number | string | undefined {
  if (typeof value === "number" || value === undefined) return value;
  const severity = asText(value);
  const number = severity.length > 3 ? Number.NaN : wholeNumber(severity);
  return number >= 0 ? number : severity;
}

function authenticationType(eventClassId: string | undefined): string | undefined {
  const prefix = "AUTHENTICATION_TYPE_";
  return eventClassId?.startsWith(prefix) ? eventClassId.slice(prefix.length).toLowerCase() : undefined;
}
