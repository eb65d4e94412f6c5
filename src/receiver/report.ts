import { printable } from "../shared/printable.js";
import type { ReceiverLogger } from "./options.js";

/** Logs what went wrong. Never throws, whatever the logger does. */
export type Report = (message: string) => void;

/** Wraps a logger, so that a failing one cannot fail a delivery. */
export function createReport(logger: ReceiverLogger | false): Report {
  return (message) => {
    if (logger === false) return;
    try {
      // The logger may be asynchronous and reject.
      const logged: unknown = logger.warn(`konnect-audit-logs receiver: ${printable(message)}`);
      if (logged instanceof Promise) logged.catch(() => {});
    } catch {
      // Nothing can report this failure.
    }
  };
}

/** The least time between two reports of something that anybody on the internet can cause, in ms. */
const INTERVAL = 60_000;

/** Reports a repeated failure at most once a minute, with its count since the last report. */
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
