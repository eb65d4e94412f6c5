import { accessSeverity, authenticationSeverity, authorizationSeverity } from "../records/event/severity.js";
import type { Random } from "./random.js";
import type { FieldValue } from "./write-record.js";

const RESOURCES = [
  "control-planes",
  "organization",
  "portals",
  "audit-log-webhook",
  "usage",
  "identity-provider",
];
const OUTCOMES = [
  "SUCCESS",
  "SUCCESS",
  "SUCCESS",
  "NOT_FOUND",
  "INVALID_PASSWORD",
  "TOKEN_EXPIRED",
  "LOCKED",
];

/** The parts of a record that depend on its kind. */
interface Made {
  event_class_id: string;
  name: string;
  /** The severity that Konnect gives to a record with these fields. */
  severity(fields: Record<string, FieldValue>): number;
  order: string;
  fields: Record<string, FieldValue>;
}

/** The members that the caller gave. The rest must agree with them. */
interface Given {
  name: string | undefined;
  [field: string]: unknown;
}

const OUTCOME_PREFIX = "AUTHENTICATION_OUTCOME_";

function authentication(random: Random, product: string, given: Given): Made {
  const outcome = outcomeOf(random.pick(OUTCOMES), given);
  const isPortal = product === "Dev-Portal";
  const kind = isPortal ? "BASIC" : random.pick(["PAT", "SPAT", "SSO", "BASIC"]);
  return {
    event_class_id: `AUTHENTICATION_TYPE_${kind}`,
    name: `${OUTCOME_PREFIX}${outcome}`,
    severity: () => authenticationSeverity(outcome.toLowerCase()),
    order: "rt src request success org_id portal_id principal_id trace_id user_agent",
    fields: {
      request: isPortal ? "/api/v2/developer/authenticate" : `/v2/${random.pick(RESOURCES)}`,
      success: outcome === "SUCCESS",
      ...(isPortal && { portal_id: random.uuid() }),
    },
  };
}

/** The outcome that the given name or `success` requires, or else the picked one. */
function outcomeOf(picked: string, { name, success }: Given): string {
  if (name?.startsWith(OUTCOME_PREFIX)) return name.slice(OUTCOME_PREFIX.length);
  if (success === undefined || isTrue(success) === (picked === "SUCCESS")) return picked;
  return isTrue(success) ? "SUCCESS" : "INVALID_PASSWORD";
}

function authorization(random: Random): Made {
  const granted = random.next() < 0.9;
  return {
    event_class_id: "konnect",
    name: `Authz.${random.pick(RESOURCES)}`,
    severity: ({ granted }) => authorizationSeverity(isTrue(granted)),
    order: "rt src action granted org_id principal_id actor_id trace_id user_agent",
    fields: { action: random.pick(["list", "retrieve", "edit", "create", "delete"]), granted },
  };
}

function access(random: Random): Made {
  const status = random.pick([200, 200, 200, 201, 204, 401, 403, 404, 500]);
  return {
    event_class_id: "KongGateway",
    name: "Ingress",
    severity: ({ status }) => accessSeverity(status),
    order: "rt src request act status org_id principal_id user_agent trace_id query",
    fields: {
      request: `/v2/${random.pick(RESOURCES)}`,
      act: random.pick(["POST", "PATCH", "PUT", "DELETE"]),
      status,
      query: random.pick(["{}", '{"page[size]":"100"}']),
    },
  };
}

function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

/** Generates the parts of a record, by kind. */
export const KINDS = { authentication, authorization, access };
