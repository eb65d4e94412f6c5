import { accessSeverity } from "../../records/event/severity.js";
import type { AuditRecord, FieldValue } from "../write-record.js";
import type { Route } from "./route.js";
import type { State } from "./state.js";

/** A request, as its records describe it. */
export interface ApiRequest {
  at: number;
  method: string;
  path: string;
  query: URLSearchParams;
  source: string;
  userAgent: string;
  traceId: string | bigint;
  route: Route | undefined;
  /** The resource, with ids. */
  resource: string;
  isAuthentic: boolean;
  status: number;
}

/** The record of the authentication of a request. */
export function authentication(state: State, request: ApiRequest, tokenType: "PAT" | "SPAT"): AuditRecord {
  const { isAuthentic } = request;
  return {
    at: request.at,
    product: "Konnect",
    event_class_id: `AUTHENTICATION_TYPE_${tokenType}`,
    name: `AUTHENTICATION_OUTCOME_${isAuthentic ? "SUCCESS" : "NOT_FOUND"}`,
    severity: isAuthentic ? 0 : 1,
    fields: fields(request, { request: request.path, success: isAuthentic }, who(state, request)),
  };
}

/** The record of the authorization of a request. */
export function authorization(state: State, request: ApiRequest): AuditRecord {
  return {
    at: request.at,
    product: "Konnect",
    event_class_id: "konnect",
    name: `Authz.${request.resource}`,
    severity: 1,
    fields: fields(request, { action: request.route?.action ?? "", granted: true }, who(state, request)),
  };
}

/** The record of a request that passed the gateway. */
export function access(state: State, request: ApiRequest): AuditRecord {
  const { at, path, method, status, query, traceId, userAgent, source } = request;
  return {
    at,
    product: "Konnect",
    event_class_id: "KongGateway",
    name: "Ingress",
    severity: accessSeverity(status),
    fields: {
      rt: at,
      src: source,
      request: path,
      act: method,
      status,
      ...who(state, request),
      user_agent: userAgent,
      trace_id: traceId,
      query: JSON.stringify(Object.fromEntries(query)),
    },
  };
}

function fields(
  { at, source, traceId, userAgent }: ApiRequest,
  what: Record<string, FieldValue>,
  whose: Record<string, FieldValue>,
): Record<string, FieldValue> {
  return { rt: at, src: source, ...what, ...whose, trace_id: traceId, user_agent: userAgent };
}

function who(state: State, { isAuthentic }: ApiRequest): Record<string, string> {
  return { org_id: state.organizationId, principal_id: isAuthentic ? state.principalId : "" };
}
