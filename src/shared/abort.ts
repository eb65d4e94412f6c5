import { KonnectError } from "../errors.js";

/**
 * Waits `ms`, and leaves neither timer nor listener behind.
 *
 * @throws KonnectError `aborted` as soon as the signal is, saying that it was while `doing`
 */
export function sleep(ms: number, signal: AbortSignal | undefined, doing: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(aborted(signal, doing));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    // A signal aborted by now fires no more.
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/** A signal of one's own that is aborted with others, too. */
export interface LinkedSignal {
  signal: AbortSignal;
  abort(reason?: unknown): void;
  /** Leaves no listener behind on the others. */
  unlink(): void;
}

/** Makes a signal that is aborted, with their reason, when one of the others is. */
export function linkedSignal(...others: (AbortSignal | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  const unlinks: (() => void)[] = [];
  for (const other of others) {
    if (other === undefined) continue;
    const abort = () => controller.abort(other.reason);
    // A signal that is aborted by now fires no more.
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

/** The error of a call whose signal was aborted; `when` says what it was doing. */
export function aborted(signal: AbortSignal | undefined, when: string): KonnectError {
  return new KonnectError("aborted", `the call was aborted ${when}`, { cause: signal?.reason });
}
