import pRetry from "p-retry";
import type { KonnectError } from "../../errors.js";
import { sleep } from "../../shared/abort.js";
import type { Complete } from "../../shared/types.js";
import type { RetryOptions } from "../options.js";

/** A failed attempt, and whether another may follow. An error of our own, for p-retry judges those of fetch itself. */
export class AttemptError extends Error {
  constructor(
    readonly error: KonnectError,
    readonly mayRetry: boolean,
    /** How long the server asks to wait, in ms. */
    readonly retryAfter?: number,
  ) {
    super(error.message);
  }
}

/** The longest `Retry-After` that is waited for, in ms. */
const MAX_RETRY_AFTER = 30_000;

/**
 * Attempts until one succeeds, one fails for good, or the retries are used up. Throws the last attempt's KonnectError,
 * or `aborted` as soon as the signal is.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  retry: Complete<RetryOptions>,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    return await pRetry(attempt, {
      retries: retry.retries,
      // The wait is ours: p-retry knows no Retry-After, and has no jitter left at the cap.
      minTimeout: 0,
      shouldRetry: async ({ error, retriesConsumed }) => {
        if (!(error instanceof AttemptError) || !error.mayRetry) return false;
        if (error.retryAfter !== undefined && error.retryAfter > MAX_RETRY_AFTER) return false;
        const ms = Math.max(error.retryAfter ?? backoff(retriesConsumed, retry), retry.minTimeout);
        await sleep(ms, signal, `while it waited to be sent again (${error.message})`);
        return true;
      },
    });
  } catch (error) {
    throw error instanceof AttemptError ? error.error : error;
  }
}

/** Between half and the whole of a span that doubles with each retry, within the bounds. */
function backoff(retriesBefore: number, { minTimeout, maxTimeout }: Complete<RetryOptions>): number {
  const span = Math.min(maxTimeout, minTimeout * 2 ** (retriesBefore + 1));
  return span / 2 + (Math.random() * span) / 2;
}

/**
 * How long a `Retry-After` (RFC 9110, 10.2.3) asks to wait, in ms: seconds, or a date, which is compared with the
 * server's own `Date`. Undefined without one that can be read.
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
