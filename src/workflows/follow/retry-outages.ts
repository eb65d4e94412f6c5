import { AttemptError, isRetriableStatus, withRetries } from "../../client/http/retry.js";
import { KonnectError } from "../../errors.js";
import { KonnectApiError } from "../../shared/api-error.js";

/** How a follow waits for a Konnect that is down. */
export interface OutageRetryOptions {
  /** The shortest wait, in ms. Default 1,000. */
  minTimeout?: number | undefined;
  /** The longest wait, in ms, unless `Retry-After` asks for more: that counts up to five minutes. Default 60,000. */
  maxTimeout?: number | undefined;
}

/** What a follow waits at most for a `Retry-After`, in ms: a gateway may ask for a year. */
const MAX_RETRY_AFTER = 300_000;

/** Calls until it succeeds, however long Konnect is down. Any other failure is thrown at once. */
export function retryOutages<T>(
  call: () => PromiseLike<T>,
  { minTimeout = 1_000, maxTimeout = 60_000 }: OutageRetryOptions,
  signal: AbortSignal | undefined,
): Promise<T> {
  const attempt = async () => {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof KonnectError)) throw error;
      const asked = error instanceof KonnectApiError ? error.retryAfterMs : undefined;
      const retryAfterMs = asked && Math.min(asked, MAX_RETRY_AFTER);
      throw new AttemptError(error, { mayRetry: isOutage(error), retryAfterMs });
    }
  };
  const forever = { retries: Number.POSITIVE_INFINITY, minTimeout, maxTimeout };
  return withRetries(attempt, forever, signal, { maxRetryAfter: MAX_RETRY_AFTER });
}

function isOutage(error: KonnectError): boolean {
  if (error instanceof KonnectApiError) return error.status >= 500 || isRetriableStatus(error.status);
  return error.code === "connection" || error.code === "timeout";
}
