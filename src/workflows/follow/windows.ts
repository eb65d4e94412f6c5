import type { ListAuditLogsQuery } from "../../client/api/requests.js";
import { SEVEN_DAYS } from "../../shared/retention.js";

/** The length of a window that catches up, in ms: it grows over quiet times and shrinks over busy ones. */
export const FIRST_WINDOW = 60_000;
const SHORTEST_WINDOW = 1_000;

/** What the next window depends on; every time in ms since the epoch. */
export interface Position {
  /** Everything before is settled. Undefined if neither a checkpoint nor `since` nor a record tells where to begin. */
  start: number | undefined;
  until: number | undefined;
  /** Konnect's time, or the time of a record that was there before. Undefined without either. */
  clock: number | undefined;
  /** Whether `clock` is Konnect's time. */
  isTold: boolean;
  /** How long after its time a record may become readable, in ms. */
  reachBack: number;
  windowMs: number;
}

/** A window to read, in ms since the epoch. Open at its end if Konnect does not tell the time. */
export interface FollowWindow {
  since: number | undefined;
  until: number | undefined;
  /** Once the window is read, everything before this time is settled. */
  settles: number | undefined;
}

/**
 * The window after the settled time. Behind the horizon nothing can become readable any more: a window that ends there settles
 * all of itself. The window up to now settles only what is behind the horizon, and the rest is read again.
 */
export function planWindow({ start, until, clock, isTold, reachBack, windowMs }: Position): FollowWindow {
  const horizon = clock === undefined ? undefined : clock - reachBack;
  if (start !== undefined && horizon !== undefined && start + windowMs < horizon) {
    const end = Math.max(start, Math.min(start + windowMs, until ?? Number.POSITIVE_INFINITY));
    return { since: start, until: end, settles: end };
  }
  const ends = [isTold ? clock : undefined, until].filter((end) => end !== undefined);
  const first = start ?? Number.NEGATIVE_INFINITY;
  const end = ends.length === 0 ? undefined : Math.max(first, Math.min(...ends));
  const settles = horizon === undefined ? start : Math.max(first, Math.min(horizon, end ?? horizon));
  return { since: start, until: end, settles };
}

/** The length of the next window, after one of `pages` pages. Its ids are kept until it is done. */
export function nextLength(windowMs: number, pages: number): number {
  if (pages <= 3) return Math.min(windowMs * 2, SEVEN_DAYS);
  return pages > 8 ? Math.max(windowMs / 2, SHORTEST_WINDOW) : windowMs;
}

/** The query of a window's first page. */
export function windowQuery(
  { since, until }: Pick<FollowWindow, "since" | "until">,
  rest: Pick<ListAuditLogsQuery, "type" | "page[size]">,
): ListAuditLogsQuery {
  const query: ListAuditLogsQuery = { "page[size]": rest["page[size]"] ?? 1_000 };
  if (rest.type !== undefined) query.type = rest.type;
  if (since !== undefined) query.since = new Date(since).toISOString();
  if (until !== undefined) query.until = new Date(until).toISOString();
  return query;
}
