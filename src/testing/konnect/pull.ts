import { SEVEN_DAYS } from "../../shared/retention.js";
import type { AuditRecord } from "../write-record.js";
import { cursorPage } from "./listing.js";
import { invalid } from "./problem.js";
import type { Route } from "./route.js";
import type { State } from "./state.js";

const PATH = "/v3/audit-logs";
const TYPES = ["authentication", "authorization", "gateway_access"];

/** Lists the pulled records, newest first. */
export const auditLogRoute: Route = {
  method: "GET",
  path: PATH,
  resource: "audit-logs",
  action: "list",
  handle({ state, query }) {
    const type = query.get("filter[type]");
    if (type !== null && !TYPES.includes(type)) {
      const reason = `must be one of ${TYPES.join(", ")}`;
      throw invalid({ field: "filter[type]", reason, rule: "enum", source: "query", choices: TYPES });
    }
    const to = time(query, "filter[ts][lte]") ?? state.now();
    const from = time(query, "filter[ts][gte]") ?? to - SEVEN_DAYS;
    const found = state
      .recordsBetween(from, to)
      .filter(({ readableAt }) => readableAt <= state.now())
      .map(({ id, record }) => ({ id, log: pulled(state, record) }))
      .filter(({ log }) => type === null || (log.type ?? "authentication") === type)
      .reverse();
    const { data, ...page } = cursorPage(found, query, PATH, { size: 20, most: 1000 });
    return { status: 200, body: { data: data.map(({ log }) => log), meta: { page } } };
  },
};

function time(query: URLSearchParams, field: string): number | undefined {
  const text = query.get(field);
  if (text === null) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw invalid({ field, reason: "must be a date-time", rule: "is_date_time", source: "query" });
  return at;
}

/** A record in the form of a pulled one. */
function pulled(state: State, { at, event_class_id, name, fields }: AuditRecord): Record<string, unknown> {
  const isSparse = state.options.sparsePulledRecords;
  const common = {
    ts: new Date(at).toISOString(),
    client_ip: fields.src,
    org_id: fields.org_id,
    portal_id: fields.portal_id,
    principal_id: fields.principal_id,
    user_agent: fields.user_agent,
    trace_id: fields.trace_id === undefined ? undefined : String(fields.trace_id),
    // Konnect does not publish what the signature of a pulled record covers.
    signature: state.signer.signature(`${at} ${name} ${fields.trace_id}`),
  };
  if (name === "Ingress") {
    const { request: uri, act: method, status: status_code, query } = fields;
    return { type: "gateway_access", ...common, actor_id: "", uri, method, status_code, query };
  }
  if (name.startsWith("Authz.")) {
    const { action, granted } = fields;
    const resource = name.slice("Authz.".length);
    const log = { type: "authorization", ...common, service: event_class_id, resource, action, granted };
    return isSparse ? { ...log, trace_id: undefined } : log;
  }
  const log = {
    type: "authentication",
    ...common,
    authentication_type: event_class_id.replace("AUTHENTICATION_TYPE_", "").toLowerCase(),
    outcome: name.replace("AUTHENTICATION_OUTCOME_", "").toLowerCase(),
    successful: fields.success,
    uri: fields.request,
  };
  return isSparse ? { ...log, type: undefined, principal_id: undefined } : log;
}
