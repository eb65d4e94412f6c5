import * as z from "zod/mini";
import { type Timestamp, toMs } from "../../client/api/date-time.js";
import type { ListAuditLogsQuery } from "../../client/api/requests.js";
import type { AuditLog } from "../../client/api/responses.js";
import { check } from "../../client/api/validate.js";
import type { KonnectClient } from "../../client/client.js";
import { linkedSignal, MAX_TIMER, sleep } from "../../shared/abort.js";
import { checkJob, momentOf } from "../common.js";
import { type FollowCheckpoint, openCheckpoint } from "./checkpoint.js";
import { checkpointWriter } from "./checkpoint-writer.js";
import { FollowClock } from "./follow-clock.js";
import { findLate, type LateRecords } from "./late-records.js";
import { pulledId } from "./pulled-id.js";
import { type ListPage, timeOf, WindowReader } from "./read-page.js";
import { type OutageRetryOptions, retryOutages } from "./retry-outages.js";
import { MAX_SEEN, SeenIds } from "./seen-ids.js";
import { FIRST_WINDOW, nextLength, planWindow, windowQuery } from "./windows.js";

/** The options of `followAuditLogs`. */
export interface FollowOptions {
  /** Where to begin. Default: now, by Konnect's clock. Ignored if there is a checkpoint. */
  since?: Timestamp | undefined;
  /** Where to end. Default: never. */
  until?: Timestamp | undefined;
  /** Only records of this type. */
  type?: NonNullable<ListAuditLogsQuery["type"]> | undefined;
  /** How long after its time a record may become readable, in ms: the follow looks for it that long. Default 600,000. */
  overlapMs?: number | undefined;
  /** How long to wait between two windows, in ms. Default 30,000. */
  pollMs?: number | undefined;
  /** Records per request, at most 1,000. Default 1,000. */
  "page[size]"?: number | undefined;
  /** How to wait during an outage. */
  retry?: OutageRetryOptions | undefined;
  /** Where to resume: the last checkpoint of an earlier follow. */
  checkpoint?: FollowCheckpoint | undefined;
  /**
   * Gets a checkpoint after a page, once you have taken all records before it. Store it durably. If it fails, the follow ends. A
   * checkpoint of more than 4 kB may wait for later pages, until it has at most 200 bytes per record that it adds.
   */
  onCheckpoint?: ((checkpoint: FollowCheckpoint) => void | Promise<void>) | undefined;
  /**
   * Called after each window, once you have taken all its records and before its checkpoint. Konnect lists the newest records of
   * a window first: to handle records in the order of time, collect them, and sort them here.
   */
  onPoll?: ((poll: { records: number }) => void | Promise<void>) | undefined;
  /**
   * Called for records that came later than the overlap. To find them, every hour the follow counts the records of the last
   * day, one request per `page[size]` records. Without `onLate` it does not look for them.
   */
  onLate?: ((late: LateRecords) => void | Promise<void>) | undefined;
  /**
   * Called when the follow had to forget ids, because more than 1,250,000 records came within `overlapMs`. Those records may be
   * yielded again.
   */
  onForgotten?: ((forgotten: { count: number }) => void | Promise<void>) | undefined;
  /** Ends the follow. */
  signal?: AbortSignal | undefined;
}

/**
 * Pulls audit records forever, without duplicates. Reads window after window up to Konnect's time, and the last `overlapMs`
 * again with each poll, because records may become readable late. Fetches one page ahead while you handle a page. Uses Konnect's
 * clock, never this machine's. Resumes from a checkpoint, and retries through outages.
 *
 * A restart from the last checkpoint loses nothing, and repeats nothing that came before it.
 *
 * @throws KonnectError `api` for 401, 403, 404 and whatever else a retry cannot fix; `invalid_input`, `aborted`
 * @example
 * ```ts
 * for await (const log of followAuditLogs(konnect, { checkpoint: load(), onCheckpoint: save })) handle(fromPulledRecord(log));
 * ```
 */
export async function* followAuditLogs(
  konnect: Pick<KonnectClient, "listAuditLogs" | "now">,
  options: FollowOptions = {},
): AsyncGenerator<AuditLog, void, undefined> {
  checkJob("followAuditLogs", konnect, "listAuditLogs", options);
  check(followOptions, options, "invalid_options", "followAuditLogs options");
  const { overlapMs = 600_000, pollMs = 30_000, type, retry = {}, onPoll, onLate, onForgotten } = options;
  // Its own, because a page that is read ahead ends with the follow.
  const { signal, abort, unlink } = linkedSignal(options.signal);
  const [since, until] = [optionalMoment("since", options.since), optionalMoment("until", options.until)];
  // Konnect's Date has whole seconds.
  const reachBack = overlapMs + 1_000;
  const checkpoint = openCheckpoint(options.checkpoint);
  const seen = new SeenIds(checkpoint.seen);
  const save = checkpointWriter(checkpoint, seen, options.onCheckpoint);
  const clock = new FollowClock(() => konnect.now(), reachBack);
  let windowMs = FIRST_WINDOW;
  /** The time of the newest record of earlier windows: a clock that is late, but never early. */
  let newest: number | undefined;
  const call = { retry: false as const, signal };
  const list: ListPage = (query) => retryOutages(() => konnect.listAuditLogs(query, call), retry, signal);

  try {
    for (;;) {
      if (checkpoint.next === undefined) {
        // The request also tells Konnect's time.
        if (konnect.now() === undefined) newest = latest(newest, await newestRecord(list));
        const now = clock.now();
        checkpoint.settled = clock.correct(checkpoint.settled);
        const start = msOf(checkpoint.settled) ?? since ?? (now === undefined ? newest : now - 1_000);
        const position = {
          start,
          until,
          clock: now ?? newest,
          isTold: now !== undefined,
          reachBack,
          windowMs,
        };
        const window = planWindow(position);
        checkpoint.coveredSince ??= window.since ?? 0;
        checkpoint.next = windowQuery(window, { type, "page[size]": options["page[size]"] });
        if (window.settles !== undefined) checkpoint.settles = new Date(window.settles).toISOString();
      }
      const end = msOf(checkpoint.next.until as string | undefined);
      const reader = new WindowReader(list, checkpoint.next);
      let newestHere = newest;
      let records = 0;
      while (reader.next !== undefined) {
        for (const log of await reader.read()) {
          const at = timeOf(log);
          newestHere = latest(newestHere, at);
          const id = pulledId(log);
          if (seen.has(id, at)) continue;
          yield log;
          records++;
          seen.add(id, at);
          save.covers();
          if (onLate !== undefined) countRecord(checkpoint, Math.floor(at / overlapMs));
        }
        if (reader.next === undefined) break;
        checkpoint.next = reader.next;
        await save.unlessTooLarge();
      }
      newest = newestHere;
      await onPoll?.({ records });
      const settled = clock.bounded(msOf(checkpoint.settles), msOf(checkpoint.settled));
      settle(checkpoint, seen, settled);
      const forgotten = seen.dropOldest(MAX_SEEN);
      if (forgotten > 0) await onForgotten?.({ count: forgotten });
      const now = clock.now();
      if (onLate !== undefined) await findLate(checkpoint, { list, now, type, overlapMs, onLate });
      const isLast = !clock.isDisputed && until !== undefined && end !== undefined && end >= until;
      await (isLast ? save.now() : save.unlessTooLarge());
      if (isLast) return;
      windowMs = nextLength(windowMs, reader.pages);
      // A window behind the horizon settles all of itself, and the next one follows at once.
      const isBehind = end !== undefined && settled === end && end < (clock.horizon() ?? newest ?? end);
      if (!isBehind) await sleep(pollMs, signal, "while waiting for new records");
    }
  } finally {
    unlink();
    abort();
  }
}

const aFunction = z.optional(z.custom<never>((value) => typeof value === "function", "must be a function"));
const ms = z.optional(z.int().check(z.minimum(0), z.maximum(MAX_TIMER)));
const followOptions = z.strictObject({
  since: z.optional(z.unknown()),
  until: z.optional(z.unknown()),
  type: z.optional(z.string()),
  overlapMs: ms,
  pollMs: ms,
  "page[size]": z.optional(z.int().check(z.minimum(1), z.maximum(1_000))),
  retry: z.optional(z.strictObject({ minTimeout: ms, maxTimeout: ms })),
  checkpoint: z.optional(z.unknown()),
  onCheckpoint: aFunction,
  onPoll: aFunction,
  onLate: aFunction,
  onForgotten: aFunction,
  signal: z.optional(z.custom((value) => value instanceof AbortSignal, "must be an AbortSignal")),
});

function optionalMoment(name: "since" | "until", given: Timestamp | undefined): number | undefined {
  return given === undefined ? undefined : momentOf(`followAuditLogs: ${name}`, given);
}

function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : toMs(time);
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

/** The time of a record that Konnect lists first, in ms. */
async function newestRecord(list: ListPage): Promise<number | undefined> {
  const { data } = await list({ "page[size]": 1 });
  return data[0] && timeOf(data[0]);
}

function countRecord({ counts }: FollowCheckpoint, span: number): void {
  counts[span] = (counts[span] ?? 0) + 1;
}

/** Ends the window, and drops the ids of settled records. */
function settle(checkpoint: FollowCheckpoint, seen: SeenIds, time: number | undefined): void {
  delete checkpoint.next;
  delete checkpoint.settles;
  if (time === undefined) return;
  checkpoint.settled = new Date(Math.max(time, msOf(checkpoint.settled) ?? time)).toISOString();
  seen.dropBefore(toMs(checkpoint.settled));
}
