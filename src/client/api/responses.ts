import * as z from "zod/mini";
import { isObject } from "../../shared/json.js";
import type { JsonWebKeySet } from "../../shared/json-web-key.js";
import type { Page } from "../pagination/pages.js";
import { ZERO_TIME } from "./date-time.js";
import type { components } from "./generated.js";
import type { ListAuditLogsQuery, ListControlPlanesQuery, ListDestinationsQuery } from "./requests.js";

type Schemas = components["schemas"];
type Described<Name extends keyof Schemas> = Schemas[Name];

/** A destination: where Konnect sends records. Konnect never returns its `authorization`. */
export interface Destination extends Described<"Destination"> {
  id: string;
}
/** A page of destinations. */
export interface DestinationPage extends Page<Destination, ListDestinationsQuery> {
  meta: Schemas["CursorMeta"];
}
/** The webhook of a region: it sends the region's records to a destination. */
export interface Webhook extends Described<"Webhook"> {}
/** The webhook of a Dev Portal. */
export interface PortalWebhook extends Described<"WebhookSettings"> {}
/** The desired and the actual delivery status. Konnect's description lacks the status `unconfigured`, its documentation has it. */
export interface WebhookStatus extends Omit<Described<"WebhookStatus">, "webhook_status"> {
  webhook_status?: "active" | "inactive" | "unconfigured" | (string & {});
}
/** A replay job. Its times are absent before the first job. */
export interface ReplayJob extends Described<"ReplayJob"> {}
/** A control plane of Kong Gateway. */
export interface ControlPlane extends Described<"ControlPlane"> {}
/** A page of control planes. */
export interface ControlPlanePage extends Page<ControlPlane, ListControlPlanesQuery> {
  meta: Schemas["ControlPlanePage"]["meta"];
}

/** A pulled login, or an attempt at one. */
export interface AuthenticationLog extends Described<"AuthenticationLog"> {
  /** The kind of record. */
  type: "authentication";
}
/** A pulled decision whether a principal may do something. */
export interface AuthorizationLog extends Described<"AuthorizationLog"> {
  /** The kind of record. */
  type: "authorization";
}
/** A pulled request that passed the gateway. */
export interface AccessLog extends Described<"AccessLog"> {
  /** The kind of record. */
  type: "gateway_access";
}
/** A pulled record of a kind that this SDK does not know. */
export interface UnknownAuditLog {
  /** The kind of record. */
  type: "unknown";
  /** The whole record as Konnect returned it. */
  original: Record<string, unknown>;
}
/** A pulled record. Its members differ from those of delivered records; `fromPulledRecord` makes the same event of it. */
export type AuditLog = AuthenticationLog | AuthorizationLog | AccessLog | UnknownAuditLog;
/** A page of pulled records. */
export interface AuditLogPage extends Page<AuditLog, ListAuditLogsQuery> {
  meta: Schemas["AuditLogPage"]["meta"];
}

/** A response as the description types it, of which only the members that this SDK needs are checked. */
function described<T>(shape: z.core.$ZodLooseShape): z.ZodMiniType<T> {
  // Konnect adds members and values every month, and all of them are kept.
  return z.looseObject(shape) as unknown as z.ZodMiniType<T>;
}

export const webhook = described<Webhook>({});
export const webhookStatus = described<WebhookStatus>({});
export const replayJob = described<ReplayJob>({});
export const signingKeys = described<JsonWebKeySet>({ keys: z.array(z.looseObject({})) });
export const destination = described<Destination>({ id: z.string().check(z.minLength(1)) });
export const destinationPage = described<DestinationPage>({ data: z.array(destination) });
export const controlPlanePage = described<ControlPlanePage>({ data: z.array(z.looseObject({})) });
/** An array of objects, by one loop: a page has a thousand records, and zod would copy each of them. */
const objects = z.custom<Record<string, unknown>[]>().check((context) => {
  const data: unknown = context.value;
  const bad = Array.isArray(data) ? data.findIndex((item) => !isObject(item)) : undefined;
  if (bad === -1) return;
  const [message, path] = bad === undefined ? ["must be an array", []] : ["must be an object", [bad]];
  context.issues.push({ code: "custom", message, path, input: data });
});
export const auditLogPage = described<Omit<AuditLogPage, "data"> & { data: Record<string, unknown>[] }>({
  data: objects,
});
/** The members that say which page of how many it is. */
export const pageMeta = described<ControlPlanePage>({
  meta: z.looseObject({ page: z.looseObject({ number: z.number(), size: z.number(), total: z.number() }) }),
});

/** Removes zero times, with one or two digits of seconds: they mean that there is no time. */
export function withoutZeroTimes<T extends object>(answer: T): T {
  const entries = Object.entries(answer).filter(
    ([, value]) => typeof value !== "string" || !value.startsWith(ZERO_TIME.slice(0, -1)),
  );
  return Object.fromEntries(entries) as T;
}

/** A pulled record with its `type`, with `trace_id` as text, and with the signature always in `signature`. */
export function auditLog(record: Record<string, unknown>): AuditLog {
  const type = record.type ?? ("authentication_type" in record ? "authentication" : undefined);
  if (type !== "authentication" && type !== "authorization" && type !== "gateway_access")
    return { type: "unknown", original: record };
  const known: Record<string, unknown> = record.type === type ? record : { ...record, type };
  // The record was just parsed, and nobody else has it.
  if (typeof known.trace_id === "number") known.trace_id = String(known.trace_id);
  if (known.signature === undefined && known.sig !== undefined) known.signature = known.sig;
  return known as unknown as AuditLog;
}
