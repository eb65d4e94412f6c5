import { KonnectError } from "../errors.js";

/** One time limit for several steps. */
export interface Deadline {
  /** Aborted when the time is up. */
  signal: AbortSignal;
  /** The result of a step. If the time is up first, rejects with code `timeout` and calls `onOverrun`. */
  race<T>(step: string, work: Promise<T>, onOverrun?: () => void): Promise<T>;
  clear(): void;
}

/** Starts a time limit, in ms. */
export function startDeadline(ms: number): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  return {
    signal: controller.signal,
    async race(step, work, onOverrun) {
      let stop = () => {};
      const overrun = new Promise<never>((_, reject) => {
        stop = () => {
          onOverrun?.();
          reject(new KonnectError("timeout", `${step} took longer than ${ms} ms`));
        };
        if (controller.signal.aborted) stop();
        else controller.signal.addEventListener("abort", stop, { once: true });
      });
      try {
        return await Promise.race([work, overrun]);
      } finally {
        controller.signal.removeEventListener("abort", stop);
      }
    },
    clear: () => clearTimeout(timer),
  };
}
