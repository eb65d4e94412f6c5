import { randomUUID } from "node:crypto";
import { readDestination } from "./destinations.js";
import { invalid, members, Problem } from "./problem.js";
import type { FindChannel, Route } from "./route.js";
import type { Channel, State } from "./state.js";

const resource = "audit-log-webhook";

/** The webhook and its status, of the region or of a Dev Portal. */
export function webhookRoutes(prefix: string, find: FindChannel): Route[] {
  const path = `${prefix}/audit-log-webhook`;
  return [
    {
      method: "GET",
      path,
      resource,
      action: "retrieve",
      handle(context) {
        const channel = find(context);
        if (channel.destinationId === "" && context.state.options.unconfiguredWebhook === "not_found")
          throw new Problem(404, "The webhook is not configured");
        return { status: 200, body: webhook(channel) };
      },
    },
    {
      method: "PATCH",
      path,
      resource,
      action: "edit",
      handle(context) {
        const { state, body } = context;
        const channel = find(context);
        const { audit_log_destination_id: id = channel.destinationId, enabled = channel.enabled } =
          members(body);
        if (typeof id !== "string" || (id !== "" && !state.findDestination(id)))
          throw wrong("audit_log_destination_id", "no such destination", "missing_reference");
        if (typeof enabled !== "boolean") throw wrong("enabled", "must be a boolean", "is_boolean");
        if (enabled && id === "") throw wrong("audit_log_destination_id", "is a required field", "required");
        state.change(channel, id, enabled);
        return { status: 200, body: webhook(channel) };
      },
    },
    {
      method: "DELETE",
      path,
      resource,
      action: "delete",
      handle(context) {
        context.state.change(find(context), "", false);
        return { status: 204 };
      },
    },
    statusRoute(path, find),
  ];
}

/** The region's webhook in version 2 of the API, which has its own endpoint. */
export const webhookV2Routes: Route[] = [
  {
    method: "GET",
    path: "/v2/audit-log-webhook",
    resource,
    action: "retrieve",
    handle: ({ state }) => ({ status: 200, body: webhookV2(state) }),
  },
  {
    method: "PATCH",
    path: "/v2/audit-log-webhook",
    resource,
    action: "edit",
    handle({ state, body }) {
      const { enabled = state.region.enabled, ...change } = members(body);
      if (typeof enabled !== "boolean") throw wrong("enabled", "must be a boolean", "is_boolean");
      const now = new Date(state.now()).toISOString();
      const before = state.findDestination(state.region.destinationId);
      const defaults = { name: "webhook", log_format: "cef", skip_ssl_verification: false };
      const own = readDestination({ ...defaults, ...before, ...change });
      state.ownDestination = { id: randomUUID(), ...own, created_at: now, updated_at: now };
      state.change(state.region, state.ownDestination.id, enabled);
      return { status: 200, body: webhookV2(state) };
    },
  },
  statusRoute("/v2/audit-log-webhook", ({ state }) => state.region),
];

function statusRoute(path: string, find: FindChannel): Route {
  return {
    method: "GET",
    path: `${path}/status`,
    resource,
    action: "retrieve",
    handle: (context) => ({ status: 200, body: status(find(context)) }),
  };
}

function webhook({ destinationId, enabled }: Channel) {
  return { audit_log_destination_id: destinationId, enabled };
}

function webhookV2(state: State) {
  const destination = state.findDestination(state.region.destinationId);
  if (destination === undefined) return { endpoint: "unconfigured", enabled: false };
  const { endpoint, log_format, skip_ssl_verification, updated_at } = destination;
  return { endpoint, log_format, skip_ssl_verification, updated_at, enabled: state.region.enabled };
}

function status({ destinationId, enabled, lastAttempt }: Channel) {
  const failed = lastAttempt !== undefined && !(lastAttempt.code !== undefined && lastAttempt.code < 300);
  const webhook_status = destinationId === "" ? "unconfigured" : failed ? "inactive" : "active";
  if (lastAttempt === undefined) return { webhook_enabled: enabled, webhook_status };
  return {
    webhook_enabled: enabled,
    webhook_status,
    last_attempt_at: new Date(lastAttempt.at).toISOString(),
    last_response_code: lastAttempt.code,
    last_response_message: lastAttempt.message,
  };
}

function wrong(field: string, reason: string, rule: string): Problem {
  return invalid({ field, reason, rule, source: "body" });
}
