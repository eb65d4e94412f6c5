import { KonnectError } from "../errors.js";
import { hasStatus, type JobClient } from "./common.js";
import { pollUntil } from "./poll-until.js";

/**
 * Deletes a destination, and waits while Konnect says that it is in use: for a moment after a webhook released it.
 *
 * @returns whether the destination existed
 * @throws KonnectError `timeout` if it is still in use after `timeoutMs`
 */
export async function deleteDestinationWhenFree(
  konnect: Pick<JobClient, "deleteDestination">,
  id: string,
  { timeoutMs, pollMs, signal }: { timeoutMs: number; pollMs: number; signal: AbortSignal | undefined },
  onWait: () => void = () => {},
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  const waiting = `while waiting for destination ${id} to be free`;
  let refusal: unknown;
  const remove = async () => {
    try {
      await konnect.deleteDestination(id, signal === undefined ? {} : { signal });
      return true;
    } catch (error) {
      if (hasStatus(error, 404)) return false;
      if (!hasStatus(error, 409)) throw error;
      refusal = error;
      onWait();
      return undefined;
    }
  };
  const existed = await pollUntil(remove, { pollMs, deadline, signal, waiting });
  if (existed !== undefined) return existed;
  const problem = `destination ${id} was still in use after ${timeoutMs} ms`;
  const advice = "check whether the webhook of another region or of a Dev Portal delivers to it";
  throw new KonnectError("timeout", `${problem}: ${advice}`, { cause: refusal });
}
