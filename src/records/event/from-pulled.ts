import { KonnectError } from "../../errors.js";
import { isObject } from "../../shared/json.js";
import { parseTime } from "../../shared/time.js";
import { asText, makeEvent, NO_DUPLICATES, NO_FIELDS, newValues, type RawRecord } from "./build.js";
import { DOCUMENTED, FIELD, type FieldName, kindOf } from "./fields.js";
import { accessSeverity, authenticationSeverity, authorizationSeverity } from "./severity.js";
import type { AuditEvent } from "./types.js";

/** The names in pulled records that differ from those in delivered ones. */
const NAMES = new Map<string, FieldName>(
  Object.entries({
    client_ip: "src",
    uri: "request",
    method: "act",
    status_code: "status",
    successful: "success",
    signature: "sig",
  } as const),
);

/** Members that make the header of an event. */
const HEADER = new Set("type ts authentication_type outcome resource service".split(" "));

/**
 * Turns a pulled record into the same event as a delivered one, so that your code can treat both alike.
 *
 * Vendor, product, version and severity, which pulled records lack, get the values of delivered records. The signature
 * cannot be verified: Konnect does not publish what it covers.
 *
 * @param record a record of `listAuditLogs`, or of the response of `GET /v3/audit-logs`
 * @throws {@link KonnectError} `invalid_input` unless it is an object that JSON can express
 * @example
 * ```ts
 * for await (const log of konnect.listAuditLogs()) handle(fromPulledRecord(log));
 * ```
 */
export function fromPulledRecord(record: object): AuditEvent {
  if (!isObject(record)) {
    const got = record === null ? "null" : Array.isArray(record) ? "an array" : typeof record;
    throw new KonnectError(
      "invalid_input",
      `fromPulledRecord: pass one record of listAuditLogs, an object (got ${got}); parseAuditRecord reads a line of text`,
    );
  }
  try {
    const pulled = originalOf(record);
    return makeEvent(asText(pulled), readPulled(pulled));
  } catch (cause) {
    // The record is circular or too deep for JSON, or reading a member throws.
    throw new KonnectError(
      "invalid_input",
      "fromPulledRecord: the record cannot be written as JSON; pass the object that JSON.parse returns",
      { cause },
    );
  }
}

/** Reads a pulled record. */
export function readPulled(pulled: Record<string, unknown>): RawRecord {
  const name = nameOf(pulled);
  const kind = kindOf(name);
  const values = newValues();
  let extra: Record<string, string> | undefined;
  for (const [member, value] of Object.entries(pulled)) {
    if (value === undefined) continue;
    const field = NAMES.get(member) ?? member;
    if (DOCUMENTED[kind].has(field)) values[FIELD[field as FieldName]] = value;
    else if (!HEADER.has(member) || kind === "unknown") {
      extra ??= Object.create(null) as Record<string, string>;
      extra[member] = asText(value);
    }
  }
  const at = typeof pulled.ts === "string" ? parseTime(pulled.ts) : Number.NaN;
  if (!Number.isNaN(at)) values[FIELD.rt] = at;
  const header = {
    vendor: "KongInc",
    product: pulled.portal_id ? "Dev-Portal" : "Konnect",
    version: "1.0",
    cef_version: "0",
    event_class_id: eventClassIdOf(pulled),
    name,
    severity: severityOf(pulled),
    timestamp: pulled.ts === undefined ? undefined : asText(pulled.ts),
  };
  return {
    kind,
    format: "pull",
    header,
    values,
    extra: extra ?? NO_FIELDS,
    duplicates: NO_DUPLICATES,
    malformed: undefined,
  };
}

/** The pulled record in an object: the object itself, or the original of one of an unknown type. Undefined if there is none. */
export function pulledRecordIn(object: Record<string, unknown>): Record<string, unknown> | undefined {
  const record = originalOf(object);
  // A delivered record has a `name`, and no `ts`.
  return Object.hasOwn(record, "ts") && typeof record.name !== "string" ? record : undefined;
}

/** What `listAuditLogs` keeps as `original` for a record of a type that it does not know. */
function originalOf(record: Record<string, unknown>): Record<string, unknown> {
  return record.type === "unknown" && isObject(record.original) ? record.original : record;
}

function nameOf({ type, outcome, resource, authentication_type }: Record<string, unknown>): string {
  if (type === "authorization") return `Authz.${asText(resource ?? "")}`;
  if (type === "gateway_access") return "Ingress";
  if (type === "authentication" || (type === undefined && authentication_type !== undefined))
    return `AUTHENTICATION_OUTCOME_${asText(outcome ?? "").toUpperCase()}`;
  return asText(type ?? "");
}

function eventClassIdOf({ type, service, authentication_type }: Record<string, unknown>): string | undefined {
  if (type === "gateway_access") return "KongGateway";
  if (authentication_type !== undefined)
    return `AUTHENTICATION_TYPE_${asText(authentication_type).toUpperCase()}`;
  return service === undefined ? undefined : asText(service);
}

/** As Konnect rates delivered records. */
function severityOf({ type, granted, status_code, outcome }: Record<string, unknown>): number | undefined {
  if (type === "authorization") return authorizationSeverity(granted === true);
  if (type === "gateway_access") return accessSeverity(status_code);
  return outcome === undefined ? undefined : authenticationSeverity(asText(outcome));
}
