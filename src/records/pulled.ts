import type { AuditEvent } from "./event.js";
import { DOCUMENTED, FIELD, type FieldName, kindOf } from "./fields.js";
import { asText, makeEvent, NO_DUPLICATES, NONE } from "./make-event.js";

/** What pulled records call the fields of delivered ones. */
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

/** Members that make the head of an event. */
const HEAD = new Set("type ts authentication_type outcome resource service".split(" "));

/**
 * Makes the same event of a pulled record as of a delivered one, so that code downstream does not care which way it came.
 *
 * What a pulled record does not have is said as delivered ones say it: vendor, product, version and severity. Its
 * signature is no proof: what it covers is published nowhere.
 *
 * @param record what `listAuditLogs` gives, or Konnect answers at `GET /v3/audit-logs`
 * @example
 * ```ts
 * for await (const log of konnect.listAuditLogs()) handle(fromPulledRecord(log));
 * ```
 */
export function fromPulledRecord(record: object): AuditEvent {
  const whole = record as Record<string, unknown>;
  const pulled = (whole.type === "unknown" && isObject(whole.original) ? whole.original : whole) as Record<
    string,
    unknown
  >;
  const name = nameOf(pulled);
  const kind = kindOf(name);
  const values: unknown[] = [];
  let extra: Record<string, string> | undefined;
  for (const [member, value] of Object.entries(pulled)) {
    const field = NAMES.get(member) ?? member;
    if (DOCUMENTED[kind].has(field)) values[FIELD[field as FieldName]] = value;
    else if (!HEAD.has(member) || kind === "unknown") {
      extra ??= Object.create(null) as Record<string, string>;
      extra[member] = asText(value);
    }
  }
  const at = typeof pulled.ts === "string" ? Date.parse(pulled.ts) : Number.NaN;
  if (!Number.isNaN(at)) values[FIELD.rt] = at;
  const head = {
    vendor: "KongInc",
    product: pulled.portal_id ? "Dev-Portal" : "Konnect",
    version: "1.0",
    cefVersion: "0",
    eventClassId: eventClassIdOf(pulled),
    name,
    severity: severityOf(pulled),
    timestamp: pulled.ts === undefined ? undefined : asText(pulled.ts),
  };
  return makeEvent(kind, "pull", JSON.stringify(pulled), head, values, extra ?? NONE, NO_DUPLICATES);
}

function nameOf({ type, outcome, resource, authentication_type }: Record<string, unknown>): string {
  if (type === "authorization") return `Authz.${resource ?? ""}`;
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
  if (type === "authorization") return granted === true ? 1 : 6;
  if (type === "gateway_access")
    return status_code === 500 ? 10 : status_code === 401 || status_code === 403 ? 6 : 1;
  if (outcome === undefined) return undefined;
  if (outcome === "success") return 0;
  if (outcome === "locked" || outcome === "disabled") return 6;
  return ["not_found", "invalid_password", "token_expired"].includes(outcome as string) ? 1 : 7;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
