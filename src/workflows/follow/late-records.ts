import { toMs } from "../../client/api/date-time.js";
import type { ListAuditLogsQuery } from "../../client/api/requests.js";
import type { AuditLogPage } from "../../client/api/responses.js";
import type { FollowCheckpoint } from "./checkpoint.js";
import { timeOf } from "./read-page.js";

/** Records that became readable too late for the overlap, and were not yielded. Pull this span again. */
export interface LateRecords {
  since: Date;
  until: Date;
  /** The number of late records. */
  count: number;
}

/** How often late records are looked for, and how far back, in ms of Konnect's clock. */
const EVERY = 3_600_000;
const REACH = 24 * 3_600_000;

interface LateOptions {
  list: (query: ListAuditLogsQuery) => Promise<AuditLogPage>;
  now: number | undefined;
  type: ListAuditLogsQuery["type"] | undefined;
  overlapMs: number;
  onLate: (late: LateRecords) => void | Promise<void>;
}

/**
 * Counts the records of the last day per span, and compares with the number that was yielded. A checkpoint has no room for the
 * ids of a day, but it has for counts, which show the span to pull again.
 */
export async function findLate(state: FollowCheckpoint, options: LateOptions): Promise<void> {
  const { list, type, overlapMs, onLate } = options;
  if (state.settled === undefined) return;
  const settled = toMs(state.settled);
  const now = options.now ?? settled;
  if (now - (state.lateCheckedAt ?? state.coveredSince ?? now) < EVERY) return;
  state.lateCheckedAt = now;
  // Only complete spans that were followed from their start, and that are settled.
  const first = Math.max(
    Math.ceil((settled - REACH) / overlapMs),
    Math.floor((state.coveredSince ?? 0) / overlapMs) + 1,
  );
  const last = Math.floor(settled / overlapMs) - 1;
  for (const span of Object.keys(state.counts)) if (Number(span) < first) delete state.counts[span];
  if (last < first) return;
  const found = new Map<number, number>();
  let query: ListAuditLogsQuery | undefined = {
    since: new Date(first * overlapMs).toISOString(),
    until: new Date((last + 1) * overlapMs - 1).toISOString(),
    "page[size]": 1_000,
    ...(type !== undefined && { type }),
  };
  while (query !== undefined) {
    const page: AuditLogPage = await list(query);
    for (const log of page.data) {
      const span = Math.floor(timeOf(log) / overlapMs);
      found.set(span, (found.get(span) ?? 0) + 1);
    }
    query = page.next;
  }
  for (const [span, count] of [...found].sort(([a], [b]) => a - b)) {
    const late = count - (state.counts[span] ?? 0);
    if (late <= 0) continue;
    // Reported once.
    state.counts[span] = count;
    await onLate({
      since: new Date(span * overlapMs),
      until: new Date((span + 1) * overlapMs - 1),
      count: late,
    });
  }
}
