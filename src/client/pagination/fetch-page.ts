import { KonnectError } from "../../errors.js";
import { toRfc3339 } from "../api/date-time.js";
import type { ListAuditLogsQuery, ListControlPlanesQuery, ListDestinationsQuery } from "../api/requests.js";
import * as inputs from "../api/requests.js";
import type { AuditLogPage, ControlPlanePage, DestinationPage } from "../api/responses.js";
import * as answers from "../api/responses.js";
import { check } from "../api/validate.js";
import { dataOf } from "../http/operation.js";
import type { Clock } from "../http/server-clock.js";
import type { Transport } from "../http/transport.js";
import type { CallOptions } from "../options.js";
import { nextCursor } from "./cursor.js";

/** Fetches one page of destinations. */
export async function fetchDestinations(
  transport: Transport,
  path: "/v2/audit-log-destinations" | "/v3/audit-log-destinations",
  query: ListDestinationsQuery,
  options: CallOptions,
): Promise<DestinationPage> {
  const { name, ...rest } = check(inputs.listDestinationsQuery, query, "invalid_input", "listDestinations");
  const sent = name === undefined ? rest : { ...rest, filter: { ...rest.filter, name: { eq: name } } };
  const call = transport.api.GET(path, { params: { query: sent }, ...transport.with(options) });
  const page = await dataOf("listDestinations", answers.destinationPage, call);
  const cursor = nextCursor(page.meta, "listDestinations");
  const data = page.data.map(answers.withoutZeroTimes);
  return { ...page, data, ...(cursor !== undefined && { next: { ...query, "page[after]": cursor } }) };
}

/** Fetches one page of control planes. */
export async function fetchControlPlanes(
  transport: Transport,
  query: ListControlPlanesQuery,
  options: CallOptions,
): Promise<ControlPlanePage> {
  const sent = check(inputs.listControlPlanesQuery, query, "invalid_input", "listControlPlanes");
  const call = transport.api.GET("/v2/control-planes", {
    params: { query: sent },
    ...transport.with(options),
  });
  const page = await dataOf("listControlPlanes", answers.controlPlanePage, call);
  if (!answers.pageMeta.safeParse(page).success) return page;
  const { number, size, total } = page.meta.page;
  const asked = query["page[number]"] ?? number;
  if (asked !== number) {
    // A server that ignores the number would be asked forever.
    throw new KonnectError(
      "invalid_response",
      `listControlPlanes: response.meta.page.number must be ${asked}`,
    );
  }
  // An empty page also ends the list: control planes may have been deleted meanwhile.
  const isLast = page.data.length === 0 || number * size >= total;
  return isLast ? page : { ...page, next: { ...query, "page[number]": number + 1 } };
}

/** Throws if a page does not say which page of how many it is. */
export function checkControlPlanesEnd(page: ControlPlanePage): void {
  check(answers.pageMeta, page, "invalid_response", "listControlPlanes: response");
}

/** Fetches one page of pulled records. */
export async function fetchAuditLogs(
  transport: Transport,
  given: ListAuditLogsQuery,
  options: CallOptions,
): Promise<AuditLogPage> {
  const { type, since, until, ...page } = check(
    inputs.listAuditLogsQuery,
    given,
    "invalid_input",
    "listAuditLogs",
  );
  const gte = since && toRfc3339(since);
  // Fixed at the start, because pages shift under an end that moves. The first response tells Konnect's time.
  const lte = until === undefined ? endOf(transport.clock) : toRfc3339(until);
  const ts = { ...(gte !== undefined && { gte }), ...(lte !== undefined && { lte }) };
  const query = { ...page, filter: { ...(type !== undefined && { type }), ts } };
  const call = transport.api.GET("/v3/audit-logs", { params: { query }, ...transport.with(options) });
  const answer = await dataOf("listAuditLogs", answers.auditLogPage, call);
  const data = answer.data.map(answers.auditLog);
  const cursor = nextCursor(answer.meta, "listAuditLogs");
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
