import { isKonnectError } from "konnect-audit-logs";
import type { Context } from "../context.js";

/** Runs a service until it ends or is stopped. A stop is not a failure: the status is 0 after SIGTERM. */
export async function untilStopped(context: Context, run: () => Promise<void>): Promise<void> {
  const { signal } = context;
  try {
    await run();
  } catch (error) {
    const isAbort =
      (error as Error).name === "AbortError" || (isKonnectError(error) && error.code === "aborted");
    if (!signal.aborted || !(error === signal.reason || isAbort)) throw error;
  }
  context.endsWell();
}
