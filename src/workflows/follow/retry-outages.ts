import { KonnectApiError } from "../../client/http/api-error.js";
import { KonnectError } from "../../errors.js";
import { sleep } from "../../shared/abort.js";

/** How a job waits for a Konnect that is down. */
export interface Patience {
  /** The shortest wait, in ms. Default 1,000. */
  minTimeout?: number | undefined;
  /** The longest wait, in ms, but for a `Retry-After` that asks for more. Default 60,000. */
  maxTimeout?: number | undefined;
}

/** Calls until it succeeds, however long Konnect is down; any other trouble is thrown. */
export async function patiently<T>(
  call: () => PromiseLike<T>,
  { minTimeout = 1_000, maxTimeout = 60_000 }: Patience,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error)) throw error;
      const span = Math.min(maxTimeout, minTimeout * 2 ** attempt);
      const own = span / 2 + (Math.random() * span) / 2;
      const asked = error instanceof KonnectApiError ? (error.retryAfterMs ?? 0) : 0;
      await sleep(Math.max(own, asked), signal, `while it waited for Konnect (${error.message})`);
    }
  }
}

/** Trouble that goes away by waiting. */
function isPassing(error: unknown): error is KonnectError {
  if (error instanceof KonnectApiError) return error.status === 429 || error.status >= 500;
  return error instanceof KonnectError && (error.code === "connection" || error.code === "timeout");
}
