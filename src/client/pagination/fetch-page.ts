import { KonnectError } from "../../errors.js";
import { toRfc3339 } from "../api/date-time.js";
import type { ListAuditLogsQuery, ListControlPlanesQuery, ListDestinationsQuery } from "../api/requests.js";
import * as inputs from "../api/requests.js";
import type { AuditLogPage, ControlPlanePage, DestinationPage } from "../api/responses.js";
import * as answers from "../api/responses.js";
import { check } from "../api/validate.js";
import { call } from "../http/operation.js";
import type { Clock } from "../http/server-clock.js";
import type { Transport } from "../http/transport.js";
import type { CallOptions } from "../options.js";
import { nextCursor } from "./cursor.js";

/** Fetches one page of destinations. */
export async function fetchDestinations(
  transport: Transport,
  operation: "GET /v2/audit-log-destinations" | "GET /v3/audit-log-destinations",
  query: ListDestinationsQuery,
  options: CallOptions,
): Promise<DestinationPage> {
  check(inputs.listDestinationsQuery, query, "invalid_input", "listDestinations");
  const { name, ...rest } = query;
  const sent = name === undefined ? rest : { ...rest, filter: { ...rest.filter, name: { eq: name } } };
  const page = await call(transport, operation, { query: sent, answer: answers.destinationPage }, options);
  const cursor = nextCursor(page.meta, operation);
  const data = page.data.map(answers.withoutZeroTimes);
  return { ...page, data, ...(cursor !== undefined && { next: { ...query, "page[after]": cursor } }) };
}

/** Fetches one page of control planes. */
export async function fetchControlPlanes(
  transport: Transport,
  query: ListControlPlanesQuery,
  options: CallOptions,
): Promise<ControlPlanePage> {
  check(inputs.listControlPlanesQuery, query, "invalid_input", "listControlPlanes");
  const operation = "GET /v2/control-planes";
  const page = await call(transport, operation, { query, answer: answers.controlPlanePage }, options);
  if (!answers.pageMeta.safeParse(page).success) return page;
  const { number, size, total } = page.meta.page;
  const asked = query["page[number]"] ?? number;
  if (asked !== number) {
    // A server that ignores the number would be asked forever.
    throw new KonnectError("invalid_response", `${operation}: meta.page.number: expected page ${asked}`);
  }
  // An empty page also ends the list: control planes may have been deleted meanwhile.
  const isLast = page.data.length === 0 || number * size >= total;
  return isLast ? page : { ...page, next: { ...query, "page[number]": number + 1 } };
}

/** Throws if a page does not say which page of how many it is. */
export function checkControlPlanesEnd(page: ControlPlanePage): void {
  check(answers.pageMeta, page, "invalid_response", "GET /v2/control-planes: unexpected answer");
}

/** Fetches one page of pulled records. */
export async function fetchAuditLogs(
  transport: Transport,
  given: ListAuditLogsQuery,
  options: CallOptions,
): Promise<AuditLogPage> {
  check(inputs.listAuditLogsQuery, given, "invalid_input", "listAuditLogs");
  const operation = "GET /v3/audit-logs";
  const { type, since, until, ...page } = given;
  const gte = since && toRfc3339(since);
  // Fixed at the start, because pages shift under an end that moves. The first response tells Konnect's time.
  const lte = until === undefined ? endOf(transport.clock) : toRfc3339(until);
  const query = { ...page, filter: { type, ts: { gte, lte } } };
  const answer = await call(transport, operation, { query, answer: answers.auditLogPage }, options);
  const data = answer.data.map(answers.auditLog);
  const cursor = nextCursor(answer.meta, operation);
  if (cursor === undefined) return { ...answer, data };
  const next: ListAuditLogsQuery = { ...page, "page[after]": cursor };
  if (type !== undefined) next.type = type;
  if (gte !== undefined) next.since = gte;
  const end = lte ?? endOf(transport.clock);
  if (end !== undefined) next.until = end;
  return { ...answer, data, next };
}

function endOf(clock: Clock): string | undefined {
  const now = clock.now();
  return now === undefined ? undefined : new Date(now).toISOString();
}
