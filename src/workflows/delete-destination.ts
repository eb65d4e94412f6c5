import { KonnectError } from "../errors.js";
import { sleep } from "../shared/abort.js";
import type { JobClient } from "./common.js";
import { hasStatus } from "./common.js";

/**
 * Deletes a destination, waiting while Konnect says that it is in use: it does so for a moment after a webhook let go.
 *
 * @returns whether there was one
 * @throws KonnectError `timeout` when it is still in use after `timeoutMs`
 */
export async function deleteDestinationWhenFree(
  konnect: JobClient,
  id: string,
  { timeoutMs, pollMs, signal }: { timeoutMs: number; pollMs: number; signal: AbortSignal | undefined },
  onWait: () => void = () => {},
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      await konnect.deleteDestination(id, signal === undefined ? {} : { signal });
      return true;
    } catch (error) {
      if (hasStatus(error, 404)) return false;
      if (!hasStatus(error, 409)) throw error;
      if (performance.now() + pollMs >= deadline) {
        const problem = `destination ${id} was still in use after ${timeoutMs} ms`;
        const advice = "the webhook of another region, or of a Dev Portal, may deliver there";
        throw new KonnectError("timeout", `${problem}: ${advice}`, { cause: error });
      }
      onWait();
      await sleep(pollMs, signal, `while it waited for destination ${id} to be free`);
    }
  }
}
