import { ZERO_TIME } from "../../client/api/date-time.js";
import { invalid, members, Problem } from "./problem.js";
import type { FindChannel, Route } from "./route.js";
import type { ReplayRun, State } from "./state.js";

/** How long a job is in each of the states accepted, pending and running, in ms. */
const STEP = 1_000;

/** The replay job of the region or of a Dev Portal. */
export function replayRoutes(prefix: string, find: FindChannel): Route[] {
  const path = `${prefix}/audit-log-replay-job`;
  const resource = "audit-log-replay-job";
  return [
    {
      method: "GET",
      path,
      resource,
      action: "retrieve",
      handle: (context) => ({ status: 200, body: job(context.state, find(context).replay) }),
    },
    {
      method: "PUT",
      path,
      resource,
      action: "edit",
      handle(context) {
        const { state, body, later, deliver } = context;
        const channel = find(context);
        const { start_at, end_at } = members(body);
        const [from, to] = window(state, start_at, end_at);
        if (["accepted", "pending", "running"].includes(job(state, channel.replay).status))
          throw new Problem(409, "A replay job is currently running");
        let hasRun = false;
        const run: ReplayRun = {
          start_at: String(start_at),
          end_at: String(end_at),
          startedAt: state.now(),
          failed: false,
          run() {
            if (hasRun) return;
            hasRun = true;
            if (state.activeDestination(channel) === undefined) run.failed = true;
            else deliver(channel, from, to);
          },
        };
        channel.replay = run;
        later(2 * STEP, run.run);
        return { status: 202, body: job(state, run) };
      },
    },
  ];
}

function window(state: State, start: unknown, end: unknown): [from: number, to: number] {
  const [from, to] = [time("start_at", start), time("end_at", end)];
  const refuse = (field: string, reason: string) =>
    invalid({ field, reason, rule: "invalid", source: "body" });
  if (from >= to) throw refuse("start_at", "must be before end_at");
  if (from < state.now() - state.options.retentionMs)
    throw refuse("start_at", "must be within the last seven days");
  if (to > state.now() + 1_000) throw refuse("end_at", "must not be in the future");
  return [from, to];
}

function time(field: string, value: unknown): number {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at))
    throw invalid({ field, reason: "must be a date-time", rule: "is_date_time", source: "body" });
  return at;
}

function job(state: State, run: ReplayRun | undefined) {
  if (run === undefined)
    return { start_at: ZERO_TIME, end_at: ZERO_TIME, status: "unconfigured", updated_at: ZERO_TIME };
  const step = STEP * state.options.timeScale;
  const steps = Math.min(Math.floor((state.now() - run.startedAt) / step), 3);
  // On a busy machine the clock may be ahead of the timer.
  if (steps >= 2) run.run();
  const status = run.failed
    ? "failed"
    : (["accepted", "pending", "running", "completed"][steps] ?? "completed");
  const updated_at = new Date(run.startedAt + steps * step).toISOString();
  return { start_at: run.start_at, end_at: run.end_at, status, updated_at };
}
