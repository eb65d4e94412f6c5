import type * as z from "zod";
import { KonnectError } from "../../errors.js";
import { toRfc3339 } from "../api/date-time.js";
import type { ListAuditLogsQuery, ListControlPlanesQuery, ListDestinationsQuery } from "../api/requests.js";
import * as inputs from "../api/requests.js";
import type { AuditLogPage, ControlPlanePage, DestinationPage } from "../api/responses.js";
import * as answers from "../api/responses.js";
import { check } from "../api/validate.js";
import type { Operation } from "../http/operation.js";
import type { Clock } from "../http/server-clock.js";
import { nextCursor } from "./cursor.js";

/** Sends one request of a walk over pages. */
export type ListCall = <T>(operation: Operation, query: object, answer: z.ZodType) => Promise<T>;

/** One page of destinations. */
export async function fetchDestinations(
  call: ListCall,
  operation: "GET /v2/audit-log-destinations" | "GET /v3/audit-log-destinations",
  given: ListDestinationsQuery,
): Promise<DestinationPage> {
  const query = checkQuery(inputs.listDestinationsQuery, given, "listDestinations");
  const { name, ...rest } = query;
  const sent = name === undefined ? rest : { ...rest, filter: { ...rest.filter, name: { eq: name } } };
  const page = await call<DestinationPage>(operation, sent, answers.destinationPage);
  const cursor = nextCursor(page.meta, operation);
  const data = page.data.map(answers.withoutZeroTimes);
  return { ...page, data, ...(cursor !== undefined && { next: { ...query, "page[after]": cursor } }) };
}

/** One page of control planes. */
export async function fetchControlPlanes(
  call: ListCall,
  given: ListControlPlanesQuery,
): Promise<ControlPlanePage> {
  const operation = "GET /v2/control-planes";
  const query = checkQuery(inputs.listControlPlanesQuery, given, "listControlPlanes");
  const page = await call<ControlPlanePage>(operation, query, answers.page);
  if (!answers.pageMeta.safeParse(page).success) return page;
  const { number, size, total } = page.meta.page;
  const asked = query["page[number]"] ?? number;
  if (asked !== number) {
    // Whoever ignores the number would be asked for ever.
    throw new KonnectError("invalid_response", `${operation}: meta.page.number: page ${asked} was asked for`);
  }
  // An empty page ends the list, too: planes may have been deleted meanwhile.
  const isLast = page.data.length === 0 || number * size >= total;
  return isLast ? page : { ...page, next: { ...query, "page[number]": number + 1 } };
}

/** Throws where the page does not say which of how many it is. */
export function checkControlPlanesEnd(page: ControlPlanePage): void {
  check(answers.pageMeta, page, "invalid_response", "GET /v2/control-planes: unexpected answer");
}

/** One page of pulled records. */
export async function fetchAuditLogs(
  call: ListCall,
  given: ListAuditLogsQuery,
  clock: Clock,
): Promise<AuditLogPage> {
  const operation = "GET /v3/audit-logs";
  const { type, since, until, ...page } = checkQuery(inputs.listAuditLogsQuery, given, "listAuditLogs");
  const gte = since && toRfc3339(since);
  // Fixed at the start, for pages shift under an end that moves. Where Konnect's time is not known yet, its answer tells.
  const lte = until === undefined ? endOf(clock) : toRfc3339(until);
  const query = { ...page, filter: { type, ts: { gte, lte } } };
  const answer = await call<AuditLogPage & { data: Record<string, unknown>[] }>(
    operation,
    query,
    answers.page,
  );
  const data = answer.data.map(answers.auditLog);
  const cursor = nextCursor(answer.meta, operation);
  if (cursor === undefined) return { ...answer, data };
  const next: ListAuditLogsQuery = { ...page, "page[after]": cursor };
  if (type !== undefined) next.type = type;
  if (gte !== undefined) next.since = gte;
  const end = lte ?? endOf(clock);
  if (end !== undefined) next.until = end;
  return { ...answer, data, next };
}

function endOf(clock: Clock): string | undefined {
  const now = clock.now();
  return now === undefined ? undefined : new Date(now).toISOString();
}

function checkQuery<T>(schema: z.ZodType, query: T, what: string): T {
  return check(schema, query, "invalid_input", what);
}
