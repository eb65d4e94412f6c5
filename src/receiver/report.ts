import type { ReceiverLogger } from "./options.js";

/** Tells a logger what went wrong. Never throws, whatever the logger does. */
export type Report = (message: string) => void;

/** Wraps a logger, so that one that fails cannot fail a delivery. */
export function createReport(logger: ReceiverLogger | false): Report {
  return (message) => {
    if (logger === false) return;
    try {
      // A logger may be asynchronous, and reject.
      const logged: unknown = logger.warn(`konnect-audit-logs receiver: ${message}`);
      if (logged instanceof Promise) logged.catch(() => {});
    } catch {
      // There is nobody left to tell.
    }
  };
}

/** At most one report in this time for what anybody on the internet can cause, in ms. */
const INTERVAL = 60_000;

/** Reports a thing that keeps happening at most once a minute, and how often it happened since the last report. */
export function createCountedReport(
  report: Report,
  now: () => number = () => performance.now(),
): (message: string) => void {
  let count = 0;
  let lastReport = Number.NEGATIVE_INFINITY;
  return (message) => {
    count++;
    if (now() - lastReport < INTERVAL) return;
    report(count === 1 ? message : `${message} (${count} times since the last report)`);
    lastReport = now();
    count = 0;
  };
}
