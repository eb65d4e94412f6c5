import { KonnectError } from "../errors.js";

/** The longest time of a timer, in ms (WHATWG HTML, 2^31 - 1). A longer one, such as a huge Retry-After, fires at once. */
export const MAX_TIMER = 2 ** 31 - 1;

/**
 * Waits `ms` milliseconds. Leaves neither timer nor listener behind.
 *
 * @param doing what the wait is for, for the error: "while ..."
 * @throws KonnectError `aborted` as soon as the signal is
 */
export function sleep(ms: number, signal: AbortSignal | undefined, doing: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(aborted(signal, doing));
    };
    const done = () => {
      signal?.removeEventListener("abort", stop);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, MAX_TIMER));
    // An aborted signal does not fire again.
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/** A signal that is aborted with others. */
export interface LinkedSignal {
  signal: AbortSignal;
  abort(reason?: unknown): void;
  /** Removes its listeners from the others. */
  unlink(): void;
}

/** Makes a signal that is aborted when one of the others is, with its reason. */
export function linkedSignal(...others: (AbortSignal | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  const unlinks: (() => void)[] = [];
  for (const other of others) {
    if (other === undefined) continue;
    const abort = () => controller.abort(other.reason);
    // An aborted signal does not fire again.
    if (other.aborted) abort();
    other.addEventListener("abort", abort, { once: true });
    unlinks.push(() => other.removeEventListener("abort", abort));
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => {
      for (const unlink of unlinks) unlink();
    },
  };
}

/** The error of a call whose signal was aborted. `when` says what the call was doing. */
export function aborted(signal: AbortSignal | undefined, when: string): KonnectError {
  return new KonnectError("aborted", `the call was aborted ${when}`, { cause: signal?.reason });
}
