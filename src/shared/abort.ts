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

/** The error of a call whose signal was aborted; `when` says what it was doing. */
export function aborted(signal: AbortSignal | undefined, when: string): KonnectError {
  return new KonnectError("aborted", `the call was aborted ${when}`, { cause: signal?.reason });
}
