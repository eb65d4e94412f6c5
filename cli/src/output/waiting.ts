import type { Log } from "./log.js";

/** The least time between two messages of a waiting command, in ms. */
const INTERVAL = 10_000;

/** Says what the command waits for, why, and when it tries again. */
export type SayWaiting = (what: string, why: string, retryInMs?: number) => void;

/** Says what a command waits for, at most every 10 s. */
export function sayWaiting(log: Log, now: () => number = () => performance.now()): SayWaiting {
  let last = Number.NEGATIVE_INFINITY;
  return (what, why, retryInMs) => {
    if (now() - last < INTERVAL) return;
    last = now();
    const retry = retryInMs === undefined ? "retrying" : `retrying in ${seconds(retryInMs)}`;
    log.warn(`waiting for ${what} (${why}), ${retry}`);
  };
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1_000)} s`;
}
