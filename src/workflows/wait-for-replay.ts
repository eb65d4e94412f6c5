import { toMs } from "../client/api/date-time.js";
import type { ReplayWindow } from "../client/api/requests.js";
import type { ReplayJob } from "../client/api/responses.js";
import type { KonnectClient } from "../client/client.js";
import { KonnectError } from "../errors.js";
import { sleep } from "../shared/abort.js";
import { callOptions, checkJob, hasStatus, type JobOptions, textOf } from "./common.js";

/** What `waitForReplay` takes: the window to deliver again. */
export interface WaitForReplayOptions extends ReplayWindow, JobOptions {
  /** How long to wait between two looks at the job, in ms. Default 5,000. */
  pollMs?: number | undefined;
  /** How long all of it may take, in ms, another job's end included. Default 1,800,000: half an hour. */
  timeoutMs?: number | undefined;
  /** Is told each look at the job; `waiting` while another one runs. */
  onProgress?: ((progress: ReplayProgress) => void) | undefined;
}

/** How far the replay is. */
export interface ReplayProgress {
  status: "waiting" | NonNullable<ReplayJob["status"]>;
  job: ReplayJob;
}

/**
 * Has the records of a window delivered again, and waits until they are.
 *
 * A job that runs already is waited out; one of the same window is taken for ours, so it can be run again after it was
 * killed. Records go to the webhook as it is then; they may come twice.
 *
 * @returns the completed job
 * @throws KonnectError `replay_failed`, `timeout`
 * @example
 * ```ts
 * await waitForReplay(konnect, { start_at: "2026-11-24T00:00:00Z", end_at: "2026-11-25T00:00:00Z" });
 * ```
 */
export async function waitForReplay(
  konnect: Pick<KonnectClient, "startReplay" | "getReplay" | "portal">,
  options: WaitForReplayOptions,
): Promise<ReplayJob> {
  checkJob("waitForReplay", konnect, "startReplay", options);
  const { start_at, end_at, pollMs = 5_000, timeoutMs = 1_800_000, signal, portalId } = options;
  const { onProgress = () => {} } = options;
  const call = callOptions(options);
  const replay = portalId === undefined ? konnect : konnect.portal(portalId);
  const deadline = performance.now() + timeoutMs;
  const pause = async (doing: string) => {
    if (performance.now() + pollMs > deadline)
      throw new KonnectError("timeout", `the replay was not done after ${timeoutMs} ms, ${doing}`);
    await sleep(pollMs, signal, doing);
  };
  const isOurs = (job: ReplayJob) => isAt(job.start_at, toMs(start_at)) && isAt(job.end_at, toMs(end_at));

  let job = await start();
  for (let strangers = 0; ; ) {
    // A job that was just accepted may not be readable at once; one that stays away was replaced.
    strangers = isOurs(job) ? 0 : strangers + 1;
    if (strangers > 3) {
      const problem = "another replay job took the place of ours";
      throw new KonnectError("replay_failed", `${problem}: how ours ended is unknown, so start it again`);
    }
    onProgress({ status: job.status ?? "pending", job });
    if (strangers === 0 && job.status === "completed") return job;
    if (strangers === 0 && job.status === "failed")
      throw new KonnectError(
        "replay_failed",
        "Konnect could not replay this window: is the webhook enabled?",
      );
    await pause("while it ran");
    job = await replay.getReplay(call);
  }

  async function start(): Promise<ReplayJob> {
    for (;;) {
      try {
        return await replay.startReplay({ start_at, end_at }, call);
      } catch (error) {
        if (!hasStatus(error, 409)) throw error;
      }
      for (;;) {
        const running = await replay.getReplay(call);
        if (isOurs(running)) return running;
        if (!["accepted", "pending", "running"].includes(running.status ?? "")) break;
        onProgress({ status: "waiting", job: running });
        await pause("while another job ran");
      }
      // Konnect may refuse for a moment longer than the job says that it runs.
      await pause("while another job ended");
    }
  }
}

/** Konnect may cut a time to the second. */
function isAt(time: unknown, wanted: number): boolean {
  return Math.abs(Date.parse(textOf(time) ?? "") - wanted) < 1_000;
}
