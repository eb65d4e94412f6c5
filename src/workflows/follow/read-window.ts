import type { ListAuditLogsQuery } from "../../client/api/requests.js";
import type { AuditLog, AuditLogPage } from "../../client/api/responses.js";
import { KonnectError } from "../../errors.js";
import { hasStatus } from "../common.js";
import type { FollowCheckpoint } from "./checkpoint.js";
import { recordId } from "./record-id.js";

/** What reading a window needs. */
export interface WindowReader {
  list: (query: ListAuditLogsQuery) => Promise<AuditLogPage>;
  /** Stores the checkpoint after a page. */
  save: () => Promise<void>;
  /** The length of the spans that records are counted by, in ms. */
  overlapMs: number;
}

/** What a window held. */
export interface ReadWindow {
  pages: number;
  /** The time of its newest record, in ms; 0 without one. */
  newest: number;
}

/**
 * Reads the window of `checkpoint.next` page by page, and yields the records that were not yielded before. Adds each one to the
 * checkpoint when the caller asks for the next.
 */
export async function* readWindow(
  checkpoint: FollowCheckpoint,
  { list, save, overlapMs }: WindowReader,
): AsyncGenerator<AuditLog, ReadWindow, undefined> {
  const { "page[after]": _, ...first } = checkpoint.next!;
  const read: ReadWindow = { pages: 0, newest: 0 };
  let mayRestart = true;
  for (let query: ListAuditLogsQuery | undefined = checkpoint.next; query !== undefined; ) {
    let page: AuditLogPage;
    try {
      page = await list(query);
    } catch (error) {
      // A stale cursor: read the window again from its start, without the records that were yielded.
      if (!hasStatus(error, 400) || query["page[after]"] === undefined || !mayRestart) throw error;
      mayRestart = false;
      query = first;
      continue;
    }
    read.pages++;
    for (const log of page.data) {
      const id = await recordId(log);
      const at = timeOf(log);
      read.newest = Math.max(read.newest, at);
      if (id in checkpoint.seen) continue;
      yield log;
      checkpoint.seen[id] = at;
      const span = String(Math.floor(at / overlapMs));
      checkpoint.counts[span] = (checkpoint.counts[span] ?? 0) + 1;
    }
    query = page.next;
    if (query !== undefined) {
      checkpoint.next = query;
      await save();
    }
  }
  return read;
}

/** The time of a pulled record, in ms since the epoch. */
export function timeOf(log: AuditLog): number {
  const ts = log.type === "unknown" ? log.original.ts : log.ts;
  const at = typeof ts === "string" ? Date.parse(ts) : Number.NaN;
  if (Number.isNaN(at)) {
    const problem = "GET /v3/audit-logs: a record has no ts, so it cannot be followed";
    throw new KonnectError("invalid_response", problem);
  }
  return at;
}
