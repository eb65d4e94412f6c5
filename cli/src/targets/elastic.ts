import { isIP } from "node:net";
import type { AuditEvent } from "konnect-audit-logs/records";
import { findingsOf } from "./fields.js";
import { authorization, isBusy, isRefused, jsonObject } from "./http.js";
import type { Item, Target, TargetOptions } from "./target.js";

interface BulkAnswer {
  items: { create: { status: number; failure_store?: string; error?: { reason?: string } } }[];
}

/** Elastic's bulk API, with ECS names. The record's id is the `_id`, so sending twice is harmless. */
export function elastic({
  url,
  credential,
  index = "logs-konnect.audit-default",
  http,
}: TargetOptions): Target {
  return {
    maxItems: 1_000,
    maxBytes: 5_000_000,
    encode: (item) =>
      `${JSON.stringify({ create: { _index: index, _id: item.id } })}\n${JSON.stringify(ecs(item))}`,
    async send(records) {
      const headers = { "content-type": "application/x-ndjson", ...authorization(credential) };
      const text = await http.post(`${url}/_bulk`, headers, `${records.map((one) => one.text).join("\n")}\n`);
      const { items: answers } = jsonObject(text) as Partial<BulkAnswer>;
      if (answers === undefined) throw new Error(`no answer of a bulk API: ${text.slice(0, 200)}`);
      return answers.map(({ create: { status, error, failure_store } }) => {
        // It is in the target, but nobody who searches the data stream finds it.
        if (status < 300 && failure_store === "used")
          return { rejected: "it went to Elastic's failure store" };
        // 409: it already exists.
        if (status < 300 || status === 409) return "taken";
        if (isBusy(status)) return "retry";
        const reason = error?.reason ?? `status ${status}`;
        if (isRefused(status)) return { poison: reason };
        // It does not depend on the record: a closed index, or a key that may not write.
        throw new Error(`Elastic answered ${status} for a record: ${reason}`);
      });
    },
  };
}

const CATEGORY = {
  authentication: "authentication",
  authorization: "iam",
  access: "web",
  unknown: "configuration",
};

/** The event under the names of the Elastic Common Schema. */
export function ecs(item: Item) {
  const { id, raw, event } = item;
  const { signals, duplicates, malformed } = findingsOf(item);
  const isGood = event && isSuccess(event);
  const address = event?.src || undefined;
  // The type `ip` refuses anything else, such as a list of a proxy or a host name.
  const ip = address !== undefined && isIP(address) !== 0 ? address : undefined;
  const user = event?.principal_id || undefined;
  return {
    "@timestamp": (event?.time ?? new Date()).toISOString(),
    event: {
      id,
      kind: "event",
      original: raw,
      category: event && [CATEGORY[event.type]],
      type: event && typesOf(event),
      action: event?.type === "authorization" ? event.action : event?.name,
      outcome: isGood === undefined ? "unknown" : isGood ? "success" : "failure",
      severity: typeof event?.severity === "number" ? event.severity : undefined,
    },
    source: address && { address, ip },
    user: user && { id: user, name: event?.principal_name },
    organization: event?.org_id && { id: event.org_id },
    user_agent: event?.user_agent && { original: event.user_agent },
    url: event && "request" in event ? { path: event.request, query: queryOf(event) } : undefined,
    http:
      event?.type === "access"
        ? { request: { method: event.act }, response: { status_code: event.status } }
        : undefined,
    observer: { vendor: event?.vendor, product: event?.product },
    related: { ip: ip && [ip], user: user && [user] },
    labels: {
      trace_id: event?.trace_id,
      portal_id: event?.portal_id,
      signals: signals?.join(","),
      duplicates: duplicates?.map(({ key, field }) => `${key} in ${field}`).join(","),
      malformed: malformed && Object.keys(malformed).join(","),
    },
  };
}

function isSuccess(event: AuditEvent): boolean | undefined {
  if (event.type === "authentication") return event.success;
  if (event.type === "authorization") return event.granted;
  return event.type === "access" && event.status !== undefined ? event.status < 400 : undefined;
}

/** `event.type` of ECS: start of a session, allowed or denied, access. */
function typesOf(event: AuditEvent): string[] {
  if (event.type === "authentication") return ["start"];
  if (event.type === "access") return ["access"];
  if (event.type === "authorization" && event.granted !== undefined)
    return [event.granted ? "allowed" : "denied"];
  return ["info"];
}

const queryOf = (event: AuditEvent) => (event.type === "access" ? event.query : undefined);
