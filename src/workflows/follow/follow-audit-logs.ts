import { type Timestamp, toMs } from "../../client/api/date-time.js";
import type { ListAuditLogsQuery } from "../../client/api/requests.js";
import type { AuditLog } from "../../client/api/responses.js";
import type { KonnectClient } from "../../client/client.js";
import { sleep } from "../../shared/abort.js";
import { checkJob, momentOf } from "../common.js";
import { type FollowCheckpoint, openCheckpoint } from "./checkpoint.js";
import { findLate, type LateRecords } from "./late-records.js";
import { readWindow, timeOf, type WindowReader } from "./read-window.js";
import { type OutageRetryOptions, retryOutages } from "./retry-outages.js";
import { FIRST_WINDOW, nextLength, planWindow, settle, windowQuery } from "./windows.js";

/** The options of `followAuditLogs`. */
export interface FollowOptions {
  /** Where to begin. Default: now, by Konnect's clock. Ignored if there is a checkpoint. */
  since?: Timestamp | undefined;
  /** Where to end. Default: never. */
  until?: Timestamp | undefined;
  /** Only records of this type. */
  type?: NonNullable<ListAuditLogsQuery["type"]> | undefined;
  /** How far each window reaches back into the one before, in ms, for records that become readable late. Default 600,000. */
  overlapMs?: number | undefined;
  /** How long to wait between two windows, in ms. Default 30,000. */
  pollMs?: number | undefined;
  /** Records per request, at most 1,000. Default 1,000. */
  "page[size]"?: number | undefined;
  /** How to wait during an outage. */
  retry?: OutageRetryOptions | undefined;
  /** Where to resume: the last checkpoint of an earlier follow. */
  checkpoint?: FollowCheckpoint | undefined;
  /** Gets a checkpoint after every page, once you have taken all records before it. Store it durably. If it fails, the follow ends. */
  onCheckpoint?: ((checkpoint: FollowCheckpoint) => void | Promise<void>) | undefined;
  /**
   * Called for records that came later than the overlap. To find them, every hour the follow counts the records of the last
   * day, one request per `page[size]` records. Without `onLate` it does not look for them.
   */
  onLate?: ((late: LateRecords) => void | Promise<void>) | undefined;
  /** Ends the follow. */
  signal?: AbortSignal | undefined;
}

/**
 * Pulls audit records forever, without duplicates. Reads window after window, each overlapping the one before. Uses
 * Konnect's clock, never this machine's. Resumes from a checkpoint, and retries through outages.
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
  const { overlapMs = 600_000, pollMs = 30_000, type, retry = {}, signal, onCheckpoint, onLate } = options;
  const [given, until] = [optionalMoment("since", options.since), optionalMoment("until", options.until)];
  // A window ends with a second of Konnect's clock, which may be that far ahead of what was readable.
  const reachBack = overlapMs + 1_000;
  let checkpoint = openCheckpoint(options.checkpoint);
  let windowMs = FIRST_WINDOW;
  const call = { retry: false as const, ...(signal && { signal }) };
  const list = (query: ListAuditLogsQuery) =>
    retryOutages(() => konnect.listAuditLogs(query, call), retry, signal);
  const save = async () => onCheckpoint?.(structuredClone(checkpoint));

  for (;;) {
    if (checkpoint.next === undefined) {
      const newest = konnect.now() === undefined ? await newestRecord(list) : undefined;
      const now = konnect.now();
      const since = given ?? (now === undefined ? newest : now - 1_000);
      const window = planWindow({ settled: settledAt(checkpoint), since, until, now, reachBack, windowMs });
      checkpoint.coveredSince ??= window.since ?? 0;
      checkpoint.next = windowQuery(window, { type, "page[size]": options["page[size]"] });
    }
    const { until: windowEnd } = checkpoint.next;
    const { pages, newest } = yield* readWindow(checkpoint, { list, save, overlapMs });
    checkpoint = settle(checkpoint, windowEnd === undefined ? newest : toMs(windowEnd), reachBack);
    const now = konnect.now();
    if (onLate !== undefined) await findLate(checkpoint, { list, now, type, overlapMs, onLate });
    await save();
    // A window without records that is open at its end settles nothing.
    const settled = settledAt(checkpoint) ?? 0;
    if (settled >= (until ?? Number.POSITIVE_INFINITY)) return;
    windowMs = nextLength(windowMs, pages);
    const isBehind = settled < (now ?? 0) - reachBack;
    if (!isBehind) await sleep(pollMs, signal, "while waiting for new records");
  }
}

function optionalMoment(name: "since" | "until", given: Timestamp | undefined): number | undefined {
  return given === undefined ? undefined : momentOf(`followAuditLogs: ${name}`, given);
}

function settledAt({ settled }: FollowCheckpoint): number | undefined {
  return settled === undefined ? undefined : toMs(settled);
}

/** The time of Konnect's newest record, in ms; the request also tells Konnect's time. */
async function newestRecord(list: WindowReader["list"]): Promise<number | undefined> {
  const { data } = await list({ "page[size]": 1 });
  return data[0] && timeOf(data[0]);
}
