import { sleep } from "../shared/abort.js";

/** How `pollUntil` waits. */
export interface PollOptions {
  /** How long to wait between two calls, in ms. */
  pollMs: number;
  /** When to give up, in ms of `performance.now()`. */
  deadline: number;
  signal: AbortSignal | undefined;
  /** What the wait is for, for the error of an aborted wait: "while ...". */
  waiting: string;
}

/**
 * Calls `fn` until it returns something. Undefined if the next call would come after the deadline.
 *
 * @throws KonnectError `aborted`, and whatever `fn` throws
 */
export async function pollUntil<T>(
  fn: () => Promise<T | undefined>,
  { pollMs, deadline, signal, waiting }: PollOptions,
): Promise<T | undefined> {
  for (;;) {
    const result = await fn();
    if (result !== undefined) return result;
    if (performance.now() + pollMs > deadline) return undefined;
    await sleep(pollMs, signal, waiting);
  }
}
