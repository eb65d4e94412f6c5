import { linkedSignal } from "./abort.js";

/** One time limit for several steps. */
export interface Deadline {
  /** Aborted when the time is up, with a `TimeoutError`, or when the outer signal is, with its reason. */
  signal: AbortSignal;
  /**
   * The result of a step. If the signal is aborted first, throws what `onStop` returns, by default the signal's reason; the step
   * goes on, unless `onStop` ends it.
   */
  race<T>(work: Promise<T>, onStop?: () => Error): Promise<T>;
  /** Ends it. Leaves neither timer nor listener behind. */
  clear(): void;
}

/** Starts a time limit, in ms, that an outer signal can end sooner. */
export function startDeadline(ms: number, outer?: AbortSignal): Deadline {
  const { signal, abort, unlink } = linkedSignal(outer);
  const timer = setTimeout(() => abort(new DOMException("time limit", "TimeoutError")), ms);
  return {
    signal,
    async race(work, onStop) {
      let stop = () => {};
      const stopped = new Promise<never>((_, reject) => {
        stop = () => reject(onStop?.() ?? signal.reason);
        // An aborted signal does not fire again.
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop, { once: true });
      });
      try {
        return await Promise.race([work, stopped]);
      } finally {
        signal.removeEventListener("abort", stop);
      }
    },
    clear() {
      clearTimeout(timer);
      unlink();
    },
  };
}
