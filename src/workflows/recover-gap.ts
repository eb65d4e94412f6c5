import type { Timestamp } from "../client/api/date-time.js";
import { REPLAY_REACH } from "../client/api/requests.js";
import type { AuditLog } from "../client/api/responses.js";
import type { KonnectClient } from "../client/client.js";
import { KonnectApiError } from "../client/http/api-error.js";
import { KonnectError } from "../errors.js";
import { sleep } from "../shared/abort.js";
import { callOptions, checkJob, type JobOptions, momentOf, textOf } from "./common.js";
import { waitForReplay } from "./wait-for-replay.js";

/** A span of time. */
export interface TimeSpan {
  since: Date;
  until: Date;
}

/** What `recoverGap` takes. */
export interface RecoverGapOptions extends JobOptions {
  /** Where the gap begins. Required: no answer of Konnect's tells it for certain. */
  since: Timestamp;
  /** Where it ends. Default: now by Konnect's clock. */
  until?: Timestamp | undefined;
  /** Gets what is pulled. Without it, nothing can be pulled. */
  onRecord?: ((record: AuditLog) => void | Promise<void>) | undefined;
  /** `pull`: everything is pulled, nothing replayed. Default: replay what it reaches, pull the rest. */
  via?: "replay" | "pull" | undefined;
  /** How long to wait between two looks at a replay job, in ms. Default 5,000. */
  pollMs?: number | undefined;
  /** Is told each part, when it begins and when it is done. */
  onProgress?: ((progress: RecoverProgress) => void) | undefined;
}

/** A part of the gap, and how far it is. `share`: how much of the whole gap is done, from 0 to 1. */
export interface RecoverProgress extends TimeSpan {
  via: "replay" | "pull";
  done: boolean;
  share: number;
}

/** Which part of a gap came back which way. */
export interface RecoverGapResult {
  /** Delivered to the webhook again. */
  replayed: TimeSpan[];
  /** Handed to `onRecord`. */
  pulled: (TimeSpan & { records: number })[];
  /** Not to be had any more, or not by what was given. */
  lost: (TimeSpan & { why: string })[];
}

/** A replay of more at once would tell of its progress too seldom. */
const REPLAY_WINDOW = 24 * 3_600_000;
/** What is about to pass out of reach is not tried: it would be refused by the time it comes to it. */
const MARGIN = 300_000;

/**
 * Gets the events of a gap again. What a replay reaches, seven days back, is delivered to the webhook once more; what it
 * does not reach is pulled, where `onRecord` is given. Goes by Konnect's clock. Can be run again; records may then come twice.
 *
 * @throws KonnectError `invalid_input`, `replay_failed`, `aborted`, and those of the calls
 * @example
 * ```ts
 * const { replayed, pulled, lost } = await recoverGap(konnect, { since: "2026-11-20T08:00:00Z", onRecord: store });
 * ```
 */
export async function recoverGap(
  konnect: Pick<KonnectClient, "startReplay" | "getReplay" | "portal" | "listAuditLogs" | "now">,
  options: RecoverGapOptions,
): Promise<RecoverGapResult> {
  checkJob("recoverGap", konnect, "startReplay", options);
  const { onRecord, via = "replay", onProgress = () => {}, pollMs } = options;
  const call = callOptions(options);
  const since = momentOf("recoverGap: since", options.since);
  // Any answer tells Konnect's time.
  const job = options.portalId === undefined ? konnect : konnect.portal(options.portalId);
  if (konnect.now() === undefined) await job.getReplay(call);
  const now = konnect.now();
  const until = options.until === undefined ? now : momentOf("recoverGap: until", options.until);
  if (until === undefined)
    throw new KonnectError(
      "invalid_input",
      "recoverGap: until is needed, for Konnect's answers tell no time",
    );
  if (since >= until) throw new KonnectError("invalid_input", "recoverGap: since must be before until");

  const reach = via === "pull" ? Number.POSITIVE_INFINITY : (now ?? until) - REPLAY_REACH + MARGIN;
  const border = Math.min(Math.max(since, reach), until);
  const result: RecoverGapResult = { replayed: [], pulled: [], lost: [] };
  const tell = (part: TimeSpan, how: "replay" | "pull", done: boolean) => {
    const at = (done ? part.until : part.since).getTime();
    onProgress({ ...part, via: how, done, share: (at - since) / (until - since) });
  };
  // The second that Konnect's clock told may not be over yet, and it refuses what is in the future.
  if (border < until && options.until === undefined)
    await sleep(1_000, options.signal, "while a second passed");
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
        why: "a replay does not reach so far back; give onRecord to have it pulled",
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

/** What the webhook's status tells of a gap, for a person to judge. */
export interface SuggestedGap {
  /** The gap began then, or before. Undefined where nothing tells of one. */
  since: Date | undefined;
  /** In words, and what it cannot tell. */
  why: string;
}

/**
 * Says what the webhook's status tells of a gap. It names the last attempt only: one success later hides all that failed
 * before, so nothing is recovered by guess.
 */
export async function suggestGap(
  konnect: Pick<KonnectClient, "getWebhookStatus" | "portal">,
  options: JobOptions = {},
): Promise<SuggestedGap> {
  checkJob("suggestGap", konnect, "getWebhookStatus", options);
  const webhook = options.portalId === undefined ? konnect : konnect.portal(options.portalId);
  const { webhook_status, webhook_enabled, last_attempt_at } = await webhook.getWebhookStatus(
    callOptions(options),
  );
  const at = Date.parse(textOf(last_attempt_at) ?? "");
  const last = Number.isNaN(at) ? undefined : new Date(at);
  if (webhook_status === "inactive")
    return {
      since: last,
      why: "the last delivery failed; those before it may have, too: look into your collector's log",
    };
  if (webhook_enabled !== true)
    return { since: last, why: "delivery is off, since some time after the last attempt" };
  return { since: undefined, why: "the last delivery succeeded, which hides whatever failed before" };
}
