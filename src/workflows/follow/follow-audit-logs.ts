import { type Instant, instant, toMs } from "../../client/api/date-time.js";
import type { ListAuditLogsQuery } from "../../client/api/requests.js";
import type { AuditLog } from "../../client/api/responses.js";
import { check } from "../../client/api/validate.js";
import type { KonnectClient } from "../../client/client.js";
import { KonnectError } from "../../errors.js";
import { aborted, sleep } from "../../shared/abort.js";
import { checkJob, hasStatus } from "../common.js";
import { type FollowCheckpoint, openCheckpoint } from "./checkpoint.js";
import { findLate, type LateRecords } from "./late-records.js";
import { recordId } from "./record-id.js";
import { type Patience, patiently } from "./retry-outages.js";

/** What `followAuditLogs` takes. */
export interface FollowOptions {
  /** Where to begin. Default: now by Konnect's clock. With a checkpoint it does not count. */
  since?: Instant | undefined;
  /** Where to end. Default: never. */
  until?: Instant | undefined;
  /** Only records of this kind. */
  type?: NonNullable<ListAuditLogsQuery["type"]> | undefined;
  /** How far each window reaches back into the one before, in ms: for records that become readable late. Default 600,000. */
  overlapMs?: number | undefined;
  /** How long to wait between two windows, in ms. Default 30,000. */
  pollMs?: number | undefined;
  /** Records a request, 1,000 at most. Default 1,000. */
  "page[size]"?: number | undefined;
  /** How to wait for a Konnect that is down. */
  retry?: Patience | undefined;
  /** Where an earlier follow stood. */
  checkpoint?: FollowCheckpoint | undefined;
  /** Is given where this one stands, after all records before were taken. Store it durably; a failure ends the follow. */
  onCheckpoint?: ((checkpoint: FollowCheckpoint) => void | Promise<void>) | undefined;
  /**
   * Is told of records that came later than the overlap. To find them, the last day is counted anew each hour, which costs a
   * request for each `page[size]` of its records; without `onLate` it is not done.
   */
  onLate?: ((late: LateRecords) => void | Promise<void>) | undefined;
  /** Ends the follow. */
  signal?: AbortSignal | undefined;
}

type Client = Pick<KonnectClient, "listAuditLogs" | "now">;

/** The lengths of a window that catches up, in ms: it grows over quiet times, and shrinks over busy ones. */
const FIRST_WINDOW = 3_600_000;
const SHORTEST_WINDOW = 60_000;
const LONGEST_WINDOW = 7 * 24 * 3_600_000;
/** So many ids are kept at most; beyond, the oldest go. */
const MAX_SEEN = 200_000;

/**
 * Pulls audit records for ever: window after window, each overlapping the one before, without records that were given
 * already. Goes by Konnect's clock, never by this machine's. Outlasts a Konnect that is down; 401, 403 and 404 end it.
 *
 * A restart from the last checkpoint loses nothing, and gives nothing twice that came before it.
 *
 * @throws KonnectError `api` for what waiting does not mend, `aborted`
 * @example
 * ```ts
 * for await (const log of followAuditLogs(konnect, { checkpoint: load(), onCheckpoint: save })) handle(fromPulledRecord(log));
 * ```
 */
export async function* followAuditLogs(
  konnect: Client,
  options: FollowOptions = {},
): AsyncGenerator<AuditLog, void, undefined> {
  checkJob("followAuditLogs", konnect, "listAuditLogs", options);
  for (const name of ["since", "until"] as const)
    check(instant.optional(), options[name], "invalid_input", `followAuditLogs: ${name}`);
  const { overlapMs = 600_000, pollMs = 30_000, type, retry = {}, signal, onCheckpoint, onLate } = options;
  // The end of a window is the end of a second, and may be that much ahead of what can have been read.
  const reachBack = overlapMs + 1_000;
  const state = openCheckpoint(options.checkpoint);
  const until = options.until === undefined ? undefined : toMs(options.until);
  const call = { retry: false as const, ...(signal && { signal }) };
  const list = (query: ListAuditLogsQuery) =>
    patiently(() => konnect.listAuditLogs(query, call), retry, signal);
  const save = async () => onCheckpoint?.(structuredClone(state));
  let windowMs = FIRST_WINDOW;

  for (;;) {
    if (signal?.aborted) throw aborted(signal, "while it followed the audit logs");
    if (state.next === undefined) state.next = await nextWindow();
    const window = state.next;
    const first: ListAuditLogsQuery = { ...window };
    delete first["page[after]"];
    let newest = 0;
    let pages = 0;
    let hasRestarted = false;
    for (let query: ListAuditLogsQuery | undefined = window; query !== undefined; ) {
      let page: Awaited<ReturnType<typeof list>>;
      try {
        page = await list(query);
      } catch (error) {
        // A cursor that has gone stale: once more from the beginning of the window, without what was given.
        if (!hasStatus(error, 400) || query["page[after]"] === undefined || hasRestarted) throw error;
        hasRestarted = true;
        query = first;
        continue;
      }
      pages++;
      for (const log of page.data) {
        const id = await recordId(log);
        const at = timeOf(log);
        newest = Math.max(newest, at);
        if (id in state.seen) continue;
        yield log;
        // Taken, for the next one was asked for.
        state.seen[id] = at;
        const span = String(Math.floor(at / overlapMs));
        state.counts[span] = (state.counts[span] ?? 0) + 1;
      }
      query = page.next;
      if (query !== undefined) {
        state.next = query;
        await save();
      }
    }
    settle(window.until === undefined ? newest : toMs(window.until));
    const now = konnect.now();
    if (onLate !== undefined) await findLate(state, { list, now, type, overlapMs, onLate });
    await save();
    const settled = state.settled === undefined ? undefined : toMs(state.settled);
    if (until !== undefined && settled !== undefined && settled >= until) return;
    // As many records as a few pages hold: their ids are kept until the window is done.
    if (pages <= 1) windowMs = Math.min(windowMs * 2, LONGEST_WINDOW);
    else if (pages > 10) windowMs = Math.max(windowMs / 2, SHORTEST_WINDOW);
    const isBehind =
      now !== undefined && settled !== undefined && settled < now - reachBack && window.until !== undefined;
    if (!isBehind) await sleep(pollMs, signal, "while it waited for new records");
  }

  /** The window behind the last one; open at its end where Konnect tells no time. */
  async function nextWindow(): Promise<ListAuditLogsQuery> {
    const probe = konnect.now() === undefined ? await list({ "page[size]": 1 }) : undefined;
    const now = konnect.now();
    const newestKnown = probe?.data[0] && timeOf(probe.data[0]);
    const start = now === undefined ? newestKnown : now - 1_000;
    const since = options.since === undefined ? start : toMs(options.since);
    const from = state.settled === undefined ? since : toMs(state.settled) - reachBack;
    state.coveredSince ??= from ?? 0;
    const query: ListAuditLogsQuery = { "page[size]": options["page[size]"] ?? 1_000 };
    if (type !== undefined) query.type = type;
    if (from !== undefined) query.since = new Date(from).toISOString();
    const ends = [
      now,
      until,
      now !== undefined && from !== undefined ? from + reachBack + windowMs : undefined,
    ];
    const end = Math.min(...ends.filter((one) => one !== undefined));
    if (Number.isFinite(end)) query.until = new Date(Math.max(end, from ?? end)).toISOString();
    return query;
  }

  /** Closes a window: what lies before the overlap needs no ids any more. */
  function settle(end: number): void {
    delete state.next;
    const before = state.settled === undefined ? 0 : toMs(state.settled);
    // A clock that was set back, or a window without records: never back.
    if (end > before) state.settled = new Date(end).toISOString();
    const oldest = Math.max(end, before) - reachBack;
    const kept = Object.entries(state.seen).filter(([, at]) => at >= oldest);
    kept.sort(([, a], [, b]) => a - b);
    state.seen = Object.fromEntries(kept.slice(-MAX_SEEN));
  }
}

function timeOf(log: AuditLog): number {
  const ts = log.type === "unknown" ? log.original.ts : log.ts;
  const at = typeof ts === "string" ? Date.parse(ts) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new KonnectError(
      "invalid_response",
      "GET /v3/audit-logs: a record has no ts, so it cannot be followed",
    );
  }
  return at;
}
