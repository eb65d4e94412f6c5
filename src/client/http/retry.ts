import pRetry from "p-retry";
import type { KonnectError } from "../../errors.js";
import { sleep } from "../../shared/abort.js";
import type { Complete } from "../../shared/types.js";
import type { RetryOptions } from "../options.js";

/** A failed attempt. A class of our own, because p-retry judges the errors of `fetch` itself. */
export class AttemptError extends Error {
  /** Whether another attempt may follow. */
  readonly mayRetry: boolean;
  /** How long the server asks to wait, in ms. */
  readonly retryAfterMs: number | undefined;
  /** Whether the server may have acted on the request although it failed. */
  readonly mayHaveTakenEffect: boolean;

  constructor(
    readonly error: KonnectError,
    outcome: {
      mayRetry: boolean;
      retryAfterMs?: number | undefined;
      mayHaveTakenEffect?: boolean | undefined;
    },
  ) {
    super(error.message);
    this.mayRetry = outcome.mayRetry;
    this.retryAfterMs = outcome.retryAfterMs;
    this.mayHaveTakenEffect = outcome.mayHaveTakenEffect ?? false;
  }
}

/** The longest `Retry-After` that a call waits for, in ms. */
const MAX_RETRY_AFTER = 30_000;

/** True for a status that a later attempt may turn into a success. */
export function isRetriableStatus(status: number): boolean {
  return [429, 500, 502, 503, 504].includes(status);
}

/**
 * Attempts until one succeeds, one fails for good, or no retry is left. Throws the last attempt's KonnectError, or
 * `aborted` as soon as the signal is.
 *
 * @param maxRetryAfter a `Retry-After` of more ms than this ends the retries
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  retry: Complete<RetryOptions>,
  signal: AbortSignal | undefined,
  maxRetryAfter = MAX_RETRY_AFTER,
): Promise<T> {
  try {
    return await pRetry(attempt, {
      retries: retry.retries,
      // The wait is ours: p-retry does not know Retry-After, and adds no jitter at the cap.
      minTimeout: 0,
      factor: 1,
      shouldRetry: async ({ error, retriesConsumed }) => {
        if (!(error instanceof AttemptError) || !error.mayRetry) return false;
        const { retryAfterMs } = error;
        if (retryAfterMs !== undefined && retryAfterMs > maxRetryAfter) return false;
        const ms = Math.max(retryAfterMs ?? backoff(retriesConsumed, retry), retry.minTimeout);
        await sleep(ms, signal, `while waiting to retry (${error.message})`);
        return true;
      },
    });
  } catch (error) {
    throw error instanceof AttemptError ? error.error : error;
  }
}

/** A random wait between half and all of a span that doubles with each retry, within the bounds. */
function backoff(retriesBefore: number, { minTimeout, maxTimeout }: Complete<RetryOptions>): number {
  // More doublings reach every bound, and would overflow.
  const span = Math.min(maxTimeout, minTimeout * 2 ** Math.min(retriesBefore + 1, 31));
  return span / 2 + (Math.random() * span) / 2;
}

/**
 * How long a `Retry-After` (RFC 9110, 10.2.3) asks to wait, in ms. It is a number of seconds, or a date, which is
 * compared with the server's own `Date`. Undefined if it is missing or unreadable.
 */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const until = /\bGMT$/.test(value) ? Date.parse(value) : Number.NaN;
  const serverNow = Date.parse(headers.get("date") ?? "");
  const wait = until - (Number.isNaN(serverNow) ? Date.now() : serverNow);
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0);
}
