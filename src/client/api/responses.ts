import * as z from "zod";
import type { Page } from "../pagination/pages.js";
import { ZERO_TIME } from "./date-time.js";
import type { components } from "./generated.js";
import type { ListAuditLogsQuery, ListControlPlanesQuery, ListDestinationsQuery } from "./requests.js";

type Schemas = components["schemas"];

/** A destination. Konnect never answers its `authorization`. */
export type Destination = Schemas["Destination"] & { id: string };
/** A page of destinations. */
export type DestinationPage = Page<Destination, ListDestinationsQuery> & { meta: Schemas["CursorMeta"] };
/** The switch that sends the records of a region to a destination. */
export type Webhook = Schemas["Webhook"];
/** The same of a Dev Portal. */
export type PortalWebhook = Schemas["WebhookSettings"];
/** What delivery was asked for, and what came of it. `unconfigured` is documented, but not in Konnect's description. */
export type WebhookStatus = Omit<Schemas["WebhookStatus"], "webhook_status"> & {
  webhook_status?: "active" | "inactive" | "unconfigured" | (string & {});
};
/** A replay job. Its times are absent before the first job. */
export type ReplayJob = Schemas["ReplayJob"];
/** A JSON Web Key Set with Konnect's public keys. */
export type SigningKeys = { keys: SigningKey[] };
/** A public key, for Ed25519. */
export type SigningKey = Schemas["SigningKey"];
/** A control plane of Kong Gateway. */
export type ControlPlane = Schemas["ControlPlane"];
/** A page of control planes. */
export type ControlPlanePage = Page<ControlPlane, ListControlPlanesQuery> & {
  meta: Schemas["ControlPlanePage"]["meta"];
};

/** A pulled record. Its form is not that of delivered ones. */
export type AuditLog =
  | (Schemas["AuthenticationLog"] & { type: "authentication" })
  | Schemas["AuthorizationLog"]
  | Schemas["AccessLog"]
  | UnknownAuditLog;
/** A record of a kind that this SDK does not know, whole in `original`. */
export interface UnknownAuditLog {
  type: "unknown";
  original: Record<string, unknown>;
}
/** A page of pulled records. */
export type AuditLogPage = Page<AuditLog, ListAuditLogsQuery> & { meta: Schemas["AuditLogPage"]["meta"] };

/** A response as the description types it, of which only the members that this SDK needs are checked. */
function described<T>(shape: z.core.$ZodLooseShape): z.ZodType<T> {
  // Konnect adds members and values every month, and all of them are kept.
  return z.looseObject(shape) as unknown as z.ZodType<T>;
}

export const webhook = described<Webhook>({});
export const webhookStatus = described<WebhookStatus>({});
export const replayJob = described<ReplayJob>({});
export const signingKeys = described<SigningKeys>({ keys: z.array(z.looseObject({})) });
export const destination = described<Destination>({ id: z.string().min(1) });
export const destinationPage = described<DestinationPage>({ data: z.array(destination) });
export const controlPlanePage = described<ControlPlanePage>({ data: z.array(z.looseObject({})) });
export const auditLogPage = described<Omit<AuditLogPage, "data"> & { data: Record<string, unknown>[] }>({
  data: z.array(z.looseObject({})),
});
/** The members that say where a numbered page stands among the others. */
export const pageMeta = described<ControlPlanePage>({
  meta: z.looseObject({ page: z.looseObject({ number: z.number(), size: z.number(), total: z.number() }) }),
});

/** Takes out zero times, with one digit of seconds or two: no Date can hold them. */
export function withoutZeroTimes<T extends object>(answer: T): T {
  const entries = Object.entries(answer).filter(
    ([, value]) => typeof value !== "string" || !value.startsWith(ZERO_TIME.slice(0, -1)),
  );
  return Object.fromEntries(entries) as T;
}

/** A pulled record told apart by its `type`, with `trace_id` as text and the signature under its one name. */
export function auditLog(record: Record<string, unknown>): AuditLog {
  const type = record.type ?? ("authentication_type" in record ? "authentication" : undefined);
  if (type !== "authentication" && type !== "authorization" && type !== "gateway_access")
    return { type: "unknown", original: record };
  const known: Record<string, unknown> = { ...record, type };
  if (typeof known.trace_id === "number") known.trace_id = String(known.trace_id);
  if (known.signature === undefined && known.sig !== undefined) known.signature = known.sig;
  return known as unknown as AuditLog;
}
