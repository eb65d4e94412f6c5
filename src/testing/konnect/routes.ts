import { randomUUID } from "node:crypto";
import { isSecureUrl } from "../../client/urls.js";
import { cursorPage, pageOfControlPlanes } from "./listing.js";
import { type Answer, type InvalidField, invalid } from "./problem.js";
import type { KeptDestination, State } from "./state.js";

/** One operation of the API. */
export interface Route {
  method: string;
  path: string;
  /** What an authorization record says of it. */
  resource: string;
  action: string;
  /** Answered without a token, and without records. */
  isPublic?: boolean;
  handle(state: State, request: { query: URLSearchParams; body: unknown }): Answer;
}

const DESTINATIONS = "/v2/audit-log-destinations";
const WEBHOOK = "/v3/audit-log-webhook";

export const routes: readonly Route[] = [
  {
    method: "GET",
    path: DESTINATIONS,
    resource: "audit-log-destinations",
    action: "list",
    handle(state, { query }) {
      const wanted = query.get("filter[name][eq]") ?? query.get("filter[name]");
      const part = query.get("filter[name][contains]") ?? "";
      const found = [...state.destinations.values()].filter(
        ({ name }) => (wanted === null || name === wanted) && name.includes(part),
      );
      const page = cursorPage(found, query, DESTINATIONS);
      return { status: 200, body: { ...page, data: page.data.map(withoutAuthorization) } };
    },
  },
  {
    method: "POST",
    path: DESTINATIONS,
    resource: "audit-log-destinations",
    action: "create",
    handle(state, { body }) {
      const now = new Date().toISOString();
      const created = { id: randomUUID(), ...readDestination(body), created_at: now, updated_at: now };
      state.destinations.set(created.id, created);
      return { status: 201, body: withoutAuthorization(created) };
    },
  },
  {
    method: "GET",
    path: WEBHOOK,
    resource: "audit-log-webhook",
    action: "retrieve",
    handle: (state) => ({ status: 200, body: state.webhook }),
  },
  {
    method: "PATCH",
    path: WEBHOOK,
    resource: "audit-log-webhook",
    action: "edit",
    handle(state, { body }) {
      const { audit_log_destination_id: id, enabled } = members(body);
      if (id !== undefined && !(typeof id === "string" && state.destinations.has(id))) {
        const reason = "no such destination";
        throw invalid({
          field: "audit_log_destination_id",
          reason,
          rule: "missing_reference",
          source: "body",
        });
      }
      if (enabled !== undefined && typeof enabled !== "boolean") {
        throw invalid({ field: "enabled", reason: "must be a boolean", rule: "is_boolean", source: "body" });
      }
      state.webhook = {
        audit_log_destination_id: id ?? state.webhook.audit_log_destination_id,
        enabled: enabled ?? state.webhook.enabled,
      };
      return { status: 200, body: state.webhook };
    },
  },
  {
    method: "GET",
    path: "/v2/audit-log-webhook/jwks.json",
    resource: "audit-log-webhook",
    action: "retrieve",
    isPublic: true,
    handle: (state) => ({ status: 200, body: { keys: [state.signer.publicKey] } }),
  },
  {
    method: "GET",
    path: "/v2/control-planes",
    resource: "control-planes",
    action: "list",
    handle: (state, { query }) => ({ status: 200, body: pageOfControlPlanes(state.controlPlanes, query) }),
  },
];

function readDestination(body: unknown): Omit<KeptDestination, "id" | "created_at" | "updated_at"> {
  const { name, endpoint, authorization, log_format = "cef", skip_ssl_verification = false } = members(body);
  const wrong: InvalidField[] = [];
  const text = (field: string, value: unknown): string => {
    if (typeof value === "string" && value !== "") return value;
    wrong.push({ field, reason: "is a required field", rule: "required", source: "body" });
    return "";
  };
  const isHeader = typeof authorization === "string" && /^[\x20-\x7e\xa0-\xff]+$/.test(authorization);
  const destination = {
    name: text("name", name),
    endpoint: text("endpoint", endpoint),
    authorization: text("authorization", isHeader ? authorization : undefined),
    log_format: log_format as KeptDestination["log_format"],
    skip_ssl_verification: skip_ssl_verification === true,
  };
  if (destination.endpoint !== "" && !isSecureUrl(destination.endpoint)) {
    wrong.push({
      field: "endpoint",
      reason: "must begin with https://",
      rule: "matches_regex",
      source: "body",
    });
  }
  if (!["cef", "json", "cps"].includes(destination.log_format)) {
    wrong.push({
      field: "log_format",
      reason: "must be one of cef, json, cps",
      rule: "enum",
      source: "body",
    });
  }
  if (wrong.length > 0) throw invalid(...wrong);
  return destination;
}

function withoutAuthorization({ authorization: _, ...destination }: KeptDestination) {
  return destination;
}

function members(body: unknown): Record<string, unknown> {
  if (typeof body === "object" && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw invalid({ field: "", reason: "must be a JSON object", rule: "is_object", source: "body" });
}
