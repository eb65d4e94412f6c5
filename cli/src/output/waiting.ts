import type { Log } from "./log.js";

/** The least time between two messages of a waiting command, in ms. */
const INTERVAL = 10_000;

/** Says what the command waits for, why, and when it tries again. */
export type SayWaiting = (what: string, why: string, retryInMs?: number) => void;

/** Says what a command waits for, at most every 10 s. */
export function sayWaiting(log: Log, now?: () => number): SayWaiting {
  const warn = sparingly(log.warn, now);
  return (what, why, retryInMs) => {
    const retry = retryInMs === undefined ? "retrying" : `retrying in ${seconds(retryInMs)}`;
    warn(`waiting for ${what} (${why}), ${retry}`);
  };
}

/** The same function, called at most every 10 s. */
export function sparingly(
  say: (text: string) => void,
  now: () => number = () => performance.now(),
): (text: string) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (text) => {
    if (now() - last < INTERVAL) return;
    last = now();
    say(text);
  };
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1_000)} s`;
}
