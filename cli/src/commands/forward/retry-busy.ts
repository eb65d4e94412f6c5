import timers from "node:timers/promises";
import pRetry from "p-retry";
import { Busy } from "../../targets/verdict.js";

/** How to wait while a target is busy. */
export interface RetryBusyOptions {
  /** The first and the longest wait, in ms. Default 1,000 and 60,000. */
  minTimeout?: number | undefined;
  maxTimeout?: number | undefined;
  /** Called with the reason for each wait, and the wait in ms. */
  onWait: (why: string, retryInMs: number) => void;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
}

/** The longest wait, whatever Retry-After says, in ms. */
const LONGEST_WAIT = 300_000;

/** Attempts until the target is not busy any more, however long that is. Any other failure is thrown at once. */
export function retryBusy<T>(attempt: () => Promise<T>, options: RetryBusyOptions): Promise<T> {
  const { minTimeout = 1_000, maxTimeout = 60_000, onWait, signal } = options;
  return pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout,
    maxTimeout,
    ...(signal && { signal }),
    async shouldRetry({ error, attemptNumber }) {
      if (!(error instanceof Busy)) return false;
      const backoff = Math.min(minTimeout * 2 ** Math.min(attemptNumber - 1, 31), maxTimeout);
      const asked = Math.min(error.retryAfterMs, LONGEST_WAIT);
      onWait(error.message, asked + backoff);
      if (asked > 0) await timers.setTimeout(asked, undefined, { ...(signal && { signal }) });
      return true;
    },
  });
}
