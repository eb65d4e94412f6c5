import { toMs } from "../../client/api/date-time.js";
import type { ListAuditLogsQuery } from "../../client/api/requests.js";
import type { FollowCheckpoint } from "./checkpoint.js";

/** The length of a window that catches up, in ms: it grows over quiet times and shrinks over busy ones. */
export const FIRST_WINDOW = 3_600_000;
const SHORTEST_WINDOW = 60_000;
const LONGEST_WINDOW = 7 * 24 * 3_600_000;
/** The most ids that a checkpoint keeps. Beyond it, the oldest are dropped. */
const MAX_SEEN = 200_000;

/** What the next window depends on; every time in ms since the epoch. */
export interface Position {
  /** Every window up to here is done. Undefined before the first. */
  settled: number | undefined;
  /** Where to begin without a settled window. */
  since: number | undefined;
  until: number | undefined;
  /** Konnect's time. Undefined if Konnect does not tell it. */
  now: number | undefined;
  /** How far a window reaches back into the one before, in ms. */
  reachBack: number;
  windowMs: number;
}

/** A window to read, in ms since the epoch. Open at its end if Konnect does not tell the time. */
export interface FollowWindow {
  since: number | undefined;
  until: number | undefined;
}

/** The window after the last one. */
export function planWindow({ settled, since, until, now, reachBack, windowMs }: Position): FollowWindow {
  const from = settled === undefined ? since : settled - reachBack;
  const full = now === undefined || from === undefined ? undefined : from + reachBack + windowMs;
  const ends = [now, until, full].filter((end) => end !== undefined);
  if (ends.length === 0) return { since: from, until: undefined };
  const end = Math.min(...ends);
  return { since: from, until: from === undefined ? end : Math.max(end, from) };
}

/** The length of the next window, after one of `pages` pages. Its ids are kept until it is done. */
export function nextLength(windowMs: number, pages: number): number {
  if (pages <= 1) return Math.min(windowMs * 2, LONGEST_WINDOW);
  return pages > 10 ? Math.max(windowMs / 2, SHORTEST_WINDOW) : windowMs;
}

/** The query of a window's first page. */
export function windowQuery(
  { since, until }: FollowWindow,
  rest: Pick<ListAuditLogsQuery, "type" | "page[size]">,
): ListAuditLogsQuery {
  const query: ListAuditLogsQuery = { "page[size]": rest["page[size]"] ?? 1_000 };
  if (rest.type !== undefined) query.type = rest.type;
  if (since !== undefined) query.since = new Date(since).toISOString();
  if (until !== undefined) query.until = new Date(until).toISOString();
  return query;
}

/** The checkpoint after a window that ended at `end`. Ids from before the overlap are dropped. */
export function settle(checkpoint: FollowCheckpoint, end: number, reachBack: number): FollowCheckpoint {
  const { next: _, ...settled } = checkpoint;
  const before = settled.settled === undefined ? 0 : toMs(settled.settled);
  const oldest = Math.max(end, before) - reachBack;
  const kept = Object.entries(checkpoint.seen).filter(([, at]) => at >= oldest);
  kept.sort(([, a], [, b]) => a - b);
  settled.seen = Object.fromEntries(kept.slice(-MAX_SEEN));
  // Never backwards: the clock may have been set back, or the window may be empty.
  if (end > before) settled.settled = new Date(end).toISOString();
  return settled;
}
