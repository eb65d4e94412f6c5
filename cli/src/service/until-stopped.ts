import { isKonnectError } from "konnect-audit-logs";
import type { Context } from "../context.js";

/** Runs a service. That it was stopped is no failure, wherever it was: its status is 0 after SIGTERM. */
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
