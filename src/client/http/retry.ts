import pRetry from "p-retry";
import type { KonnectError } from "../../errors.js";
import { aborted, sleep } from "../../shared/abort.js";
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

/** How the waits between attempts differ. */
export interface WaitOptions {
  /** A `Retry-After` of more ms than this ends the retries. Default 30,000. */
  maxRetryAfter?: number;
  /** Called before a wait and another attempt. */
  onRetry?: (error: AttemptError) => void;
}

/**
 * Attempts until one succeeds, one fails for good, or no retry is left. Throws the last attempt's KonnectError, or
 * `aborted` as soon as the signal is.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { retries, minTimeout, maxTimeout }: Complete<RetryOptions>,
  signal: AbortSignal | undefined,
  { maxRetryAfter = MAX_RETRY_AFTER, onRetry }: WaitOptions = {},
): Promise<T> {
  let done: { result: T } | undefined;
  let failed = "";
  const run = async () => {
    const result = await attempt();
    done = { result };
  };
  try {
    await pRetry(run, {
      // At maxTimeout, p-retry adds no jitter.
      ...{ retries, minTimeout, maxTimeout, randomize: true },
      ...(signal !== undefined && { signal }),
      shouldRetry: async ({ error, retriesConsumed }) => {
        if (!(error instanceof AttemptError) || !error.mayRetry) return false;
        const { retryAfterMs = 0, message } = error;
        if (retryAfterMs > maxRetryAfter) return false;
        onRetry?.(error);
        failed = `while waiting to retry (${message})`;
        // p-retry does not know Retry-After: what its shortest wait lacks is waited for here.
        const shortest = Math.min(minTimeout * 2 ** Math.min(retriesConsumed, 31), maxTimeout);
        if (retryAfterMs > shortest) await sleep(retryAfterMs - shortest, signal, failed);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof AttemptError) throw error.error;
    // An abort after the last attempt has succeeded comes too late.
    if (signal?.aborted && error === signal.reason && done === undefined)
      throw aborted(signal, failed || "before it began");
    if (done === undefined) throw error;
  }
  return done!.result;
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
