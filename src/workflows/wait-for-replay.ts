import type { Timestamp } from "../client/api/date-time.js";
import type { ReplayJob } from "../client/api/responses.js";
import type { KonnectClient } from "../client/client.js";
import { KonnectError } from "../errors.js";
import { callOptions, checkJob, hasStatus, type JobOptions, momentOf, textOf } from "./common.js";
import { pollUntil } from "./poll-until.js";

/** The options of `waitForReplay`: the window to deliver again. */
export interface WaitForReplayOptions extends JobOptions {
  /** Start of the window, at most seven days ago. */
  since: Timestamp;
  /** End of the window. */
  until: Timestamp;
  /** How long to wait between two looks at the job, in ms. Default 5,000. */
  pollMs?: number | undefined;
  /** Time limit, in ms, the wait for another job included. Default 1,800,000: half an hour. */
  timeoutMs?: number | undefined;
  /** Called with each look at the job; `waiting` while another one runs. */
  onProgress?: ((progress: ReplayProgress) => void) | undefined;
}

/** The state of the replay. */
export interface ReplayProgress {
  status: "waiting" | NonNullable<ReplayJob["status"]>;
  job: ReplayJob;
}

/**
 * Has Konnect deliver the records of a window again, and waits until the replay job completes.
 *
 * Waits until another running job ends, and joins a job of the same window, so you can run it again after it was killed.
 * Konnect delivers to the webhook as it is configured then; a record can arrive twice.
 *
 * @returns the completed job
 * @throws KonnectError `invalid_input`, `replay_failed`, `timeout`, `aborted`
 * @example
 * ```ts
 * await waitForReplay(konnect, { since: "2026-11-24T00:00:00Z", until: "2026-11-25T00:00:00Z" });
 * ```
 */
export async function waitForReplay(
  konnect: Pick<KonnectClient, "startReplay" | "getReplay" | "portal">,
  options: WaitForReplayOptions,
): Promise<ReplayJob> {
  const known = ["since", "until", "pollMs", "timeoutMs", "onProgress", "signal", "portalId"];
  checkJob("waitForReplay", konnect, "startReplay", options, known);
  const { since, until, pollMs = 5_000, timeoutMs = 1_800_000, signal, portalId } = options;
  const { onProgress = () => {} } = options;
  const start = momentOf("waitForReplay: since", since);
  const end = momentOf("waitForReplay: until", until);
  if (start >= end) throw new KonnectError("invalid_input", "waitForReplay: since must be before until");
  const call = callOptions(options);
  const replay = portalId === undefined ? konnect : konnect.portal(portalId);
  const deadline = performance.now() + timeoutMs;
  const poll = async <T>(fn: () => Promise<T | undefined>, waiting: string) => {
    const result = await pollUntil(fn, { pollMs, deadline, signal, waiting });
    if (result !== undefined) return result;
    throw new KonnectError("timeout", `the replay was not done after ${timeoutMs} ms, ${waiting}`);
  };
  const isOurs = (job: ReplayJob) => isAt(job.start_at, start) && isAt(job.end_at, end);

  let mayStart = true;
  let first: ReplayJob | undefined = await poll(async () => {
    try {
      if (mayStart) return await replay.startReplay({ start_at: since, end_at: until }, call);
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
    }
    const running = await replay.getReplay(call);
    if (isOurs(running)) return running;
    // Konnect may answer 409 a moment longer than the job says that it runs.
    mayStart = !["accepted", "pending", "running"].includes(running.status ?? "");
    if (!mayStart) onProgress({ status: "waiting", job: running });
    return undefined;
  }, "while waiting for another job to end");

  let strangers = 0;
  return poll(async () => {
    const job = first ?? (await replay.getReplay(call));
    first = undefined;
    // A job that was just accepted may not be readable at once. One that stays away was replaced.
    strangers = isOurs(job) ? 0 : strangers + 1;
    if (strangers > 3) {
      const problem = "another replay job replaced ours, so its outcome is unknown";
      throw new KonnectError("replay_failed", `${problem}: start the replay again`);
    }
    onProgress({ status: job.status ?? "pending", job });
    if (strangers > 0) return undefined;
    if (job.status === "failed") {
      const problem = "Konnect could not replay this window";
      throw new KonnectError("replay_failed", `${problem}: check that the webhook is enabled`);
    }
    return job.status === "completed" ? job : undefined;
  }, "while it ran");
}

/** Konnect may cut a time to the second. */
function isAt(time: unknown, wanted: number): boolean {
  return Math.abs(Date.parse(textOf(time) ?? "") - wanted) < 1_000;
}
