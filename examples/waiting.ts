/** The least time between two messages of a waiting command, in ms. */
const INTERVAL = 10_000;

/** Prints to standard error what a command waits for, at most every 10 s. */
export function sayWaiting(now: () => number = () => performance.now()): (what: string) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (what) => {
    if (now() - last < INTERVAL) return;
    last = now();
    // Servers choose this text, and a terminal obeys control characters.
    console.error(`! ${what.replace(/\p{Cc}/gu, "\u{FFFD}")}`);
  };
}
