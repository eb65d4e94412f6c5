import type { Timestamp } from "../client/api/date-time.js";
import type { AuditLog } from "../client/api/responses.js";
import type { KonnectClient } from "../client/client.js";
import { KonnectError } from "../errors.js";
import { sleep } from "../shared/abort.js";
import { KonnectApiError } from "../shared/api-error.js";
import { SEVEN_DAYS } from "../shared/retention.js";
import { callOptions, checkJob, type JobOptions, momentOf, textOf } from "./common.js";
import { waitForReplay } from "./wait-for-replay.js";

/** A period of time. */
export interface TimeSpan {
  /** Its start. */
  since: Date;
  /** Its end. */
  until: Date;
}

/** The options of `recoverGap`. */
export interface RecoverGapOptions extends JobOptions {
  /** Start of the gap. Required, because Konnect does not record it. */
  since: Timestamp;
  /** End of the gap. Default: now, by Konnect's clock. */
  until?: Timestamp | undefined;
  /** Called with each pulled record. Without it, nothing is pulled. */
  onRecord?: ((record: AuditLog) => void | Promise<void>) | undefined;
  /** `pull` pulls everything. Default `replay`: replays the last seven days, and pulls what is older. */
  via?: "replay" | "pull" | undefined;
  /** How long to wait between two checks of a replay job, in ms. Default 5,000. */
  pollMs?: number | undefined;
  /** Called at the start and at the end of each part. */
  onProgress?: ((progress: RecoverProgress) => void) | undefined;
}

/** Progress of `recoverGap`: a part of the gap. */
export interface RecoverProgress extends TimeSpan {
  via: "replay" | "pull";
  /** False at the start of the part, true at its end. */
  done: boolean;
  /** The share of the whole gap that is done, from 0 to 1. */
  share: number;
}

/** The result of `recoverGap`. */
export interface RecoverGapResult {
  /** The parts that Konnect delivered to the webhook again. */
  replayed: TimeSpan[];
  /** The parts that were pulled, with their number of records. */
  pulled: (TimeSpan & { records: number })[];
  /** The parts that could not be recovered with the given options. */
  lost: (TimeSpan & { why: string })[];
}

/** The longest replay, in ms: longer ones would report progress too rarely. */
const REPLAY_WINDOW = 24 * 3_600_000;
/** Distance from the limit of a replay, in ms: records at the limit would be out of reach when their turn comes. */
const MARGIN = 300_000;

/**
 * Recovers the records of a gap. Replays the last seven days to the webhook, and pulls older records if `onRecord` is given.
 * Uses Konnect's clock. You can run it again; records may then arrive twice.
 *
 * @throws KonnectError `invalid_input`, `replay_failed`, `aborted`, and the errors of the calls
 * @example
 * ```ts
 * const { replayed, pulled, lost } = await recoverGap(konnect, { since: "2026-11-20T08:00:00Z", onRecord: store });
 * ```
 */
export async function recoverGap(
  konnect: Pick<KonnectClient, "startReplay" | "getReplay" | "portal" | "listAuditLogs" | "now">,
  options: RecoverGapOptions,
): Promise<RecoverGapResult> {
  const known = ["since", "until", "onRecord", "via", "pollMs", "onProgress", "signal", "portalId"];
  checkJob("recoverGap", konnect, "startReplay", options, known);
  const { onRecord, via = "replay", onProgress = () => {}, pollMs } = options;
  const call = callOptions(options);
  const since = momentOf("recoverGap: since", options.since);
  // Any response tells Konnect's time.
  const job = options.portalId === undefined ? konnect : konnect.portal(options.portalId);
  if (konnect.now() === undefined) await job.getReplay(call);
  const now = konnect.now();
  const until = options.until === undefined ? now : momentOf("recoverGap: until", options.until);
  if (until === undefined)
    throw new KonnectError(
      "invalid_input",
      "recoverGap: until is required, because Konnect's responses have no Date",
    );
  if (since >= until) throw new KonnectError("invalid_input", "recoverGap: since must be before until");

  const reach = via === "pull" ? Number.POSITIVE_INFINITY : (now ?? until) - SEVEN_DAYS + MARGIN;
  const border = Math.min(Math.max(since, reach), until);
  const result: RecoverGapResult = { replayed: [], pulled: [], lost: [] };
  const tell = (part: TimeSpan, how: "replay" | "pull", done: boolean) => {
    const at = (done ? part.until : part.since).getTime();
    onProgress({ ...part, via: how, done, share: (at - since) / (until - since) });
  };
  // Konnect rejects a window in the future, and the current second may not be over yet.
  if (border < until && options.until === undefined)
    await sleep(1_000, options.signal, "while waiting for the current second to end");
  if (border > since) await pull({ since: new Date(since), until: new Date(border) });
  for (let from = border; from < until; from = Math.min(from + REPLAY_WINDOW, until)) {
    const part = { since: new Date(from), until: new Date(Math.min(from + REPLAY_WINDOW, until)) };
    tell(part, "replay", false);
    await waitForReplay(konnect, {
      ...part,
      ...(pollMs !== undefined && { pollMs }),
      ...(options.portalId !== undefined && { portalId: options.portalId }),
      ...call,
    });
    result.replayed.push(part);
    tell(part, "replay", true);
  }
  return result;

  async function pull(part: TimeSpan): Promise<void> {
    if (onRecord === undefined) {
      result.lost.push({
        ...part,
        why: "a replay does not reach back that far; set onRecord to pull the records",
      });
      return;
    }
    tell(part, "pull", false);
    let records = 0;
    try {
      for await (const log of konnect.listAuditLogs({ ...part, "page[size]": 1_000 }, call)) {
        await onRecord(log);
        records++;
      }
    } catch (error) {
      const isClosed = error instanceof KonnectApiError && (error.status === 403 || error.status === 404);
      if (!isClosed || records > 0) throw error;
      result.lost.push({ ...part, why: error.message });
      return;
    }
    result.pulled.push({ ...part, records });
    tell(part, "pull", true);
  }
}

/** What the webhook's status says about a gap. A person has to judge it. */
export interface SuggestedGap {
  /** The gap began at this time or earlier. Undefined if there is no sign of one. */
  since: Date | undefined;
  /** An explanation, with its limits. */
  why: string;
}

/**
 * Suggests a gap from the webhook's status. The status has only the last attempt, so a later success hides earlier failures.
 * Therefore nothing is recovered automatically.
 */
export async function suggestGap(
  konnect: Pick<KonnectClient, "getWebhookStatus" | "portal">,
  options: JobOptions = {},
): Promise<SuggestedGap> {
  checkJob("suggestGap", konnect, "getWebhookStatus", options, ["signal", "portalId"]);
  const webhook = options.portalId === undefined ? konnect : konnect.portal(options.portalId);
  const { webhook_status, webhook_enabled, last_attempt_at } = await webhook.getWebhookStatus(
    callOptions(options),
  );
  const at = Date.parse(textOf(last_attempt_at) ?? "");
  const last = Number.isNaN(at) ? undefined : new Date(at);
  if (webhook_status === "inactive")
    return {
      since: last,
      why: "the last delivery failed, and earlier ones may have failed too: check your collector's log",
    };
  if (webhook_enabled !== true)
    return { since: last, why: "delivery is off; it stopped after the last attempt" };
  return { since: undefined, why: "the last delivery succeeded, which hides earlier failures" };
}
