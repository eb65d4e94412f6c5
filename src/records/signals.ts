import type { AuditEvent } from "./event/types.js";

/** How much attention a signal asks for. */
export type SignalSeverity = "info" | "low" | "medium" | "high";

/**
 * A condition worth an alert.
 *
 * - `server_error` (high): the gateway answered 500; access, severity 10
 * - `request_refused` (medium): it answered 401 or 403; access, severity 6
 * - `account_locked` (high), `disabled_account_used` (high): authentication
 * - `authentication_unknown` (medium): an unknown or invalid state; authentication, severity 7
 * - `authentication_failed` (low): worth an alert at volume, which {@link createFailureCounter} counts
 * - `authorization_denied` (medium): not granted
 * - `field_injection` (high): somebody may have written fields into a text of theirs; see `duplicates`
 * - `system_event` (info): done by Kong itself; leave it out of alerts on users
 */
export type SignalName =
  | "server_error"
  | "request_refused"
  | "account_locked"
  | "disabled_account_used"
  | "authentication_unknown"
  | "authentication_failed"
  | "authorization_denied"
  | "field_injection"
  | "system_event";

export interface AlertSignal {
  name: SignalName;
  severity: SignalSeverity;
}

/**
 * The conditions that Kong recommends alerts on, as far as one event tells them.
 *
 * @returns none for an ordinary event
 * @example
 * ```ts
 * for (const { name, severity } of detectSignals(event)) if (severity === "high") page(name, event.trace_id);
 * ```
 * @see https://developer.konghq.com/konnect-platform/audit-logs/
 */
export function detectSignals(event: AuditEvent): AlertSignal[] {
  const signals: AlertSignal[] = [];
  const add = (name: SignalName, severity: SignalSeverity) => signals.push({ name, severity });
  if (event.duplicates.length > 0) add("field_injection", "high");
  if (event.kong_initiated === true) add("system_event", "info");
  switch (event.type) {
    case "access":
      if (event.severity === 10) add("server_error", "high");
      if (event.severity === 6) add("request_refused", "medium");
      break;
    case "authorization":
      // What is not clearly granted was not granted.
      if (event.granted !== true) add("authorization_denied", "medium");
      break;
    case "authentication":
      if (event.outcome === "locked") add("account_locked", "high");
      if (event.outcome === "disabled") add("disabled_account_used", "high");
      if (event.severity === 7) add("authentication_unknown", "medium");
      if (event.success !== true) add("authentication_failed", "low");
  }
  return signals;
}

/** How failed sign-ins are counted. */
export interface FailureCounterOptions {
  /** What is counted by: the principal, or the address it came from. Default `src`. */
  by?: "principal_id" | "src" | undefined;
  /** How many within the window are worth an alert. Default 10. */
  threshold?: number | undefined;
  /** Length of the window, in ms of the events' own time. Default 300,000: five minutes. */
  windowMs?: number | undefined;
  /** How many principals or addresses are kept; beyond, the one that failed the longest ago goes. Default 10,000. */
  maxKeys?: number | undefined;
}

/** Failed sign-ins at volume. */
export interface FailureBurst {
  /** The principal or address. */
  key: string;
  count: number;
  /** Of the first and the last that were counted. */
  since: Date;
  until: Date;
}

/**
 * Counts failed sign-ins in a sliding window on the events' own time, so that a replay or a late batch counts the same.
 * Memory is bounded: `threshold` times for each of `maxKeys`.
 *
 * @returns a function to give each event; it answers a burst whenever the threshold is reached, and begins anew
 * @example
 * ```ts
 * const countFailure = createFailureCounter({ by: "src", threshold: 20 });
 * const burst = countFailure(event);
 * if (burst) block(burst.key);
 * ```
 */
export function createFailureCounter(
  options: FailureCounterOptions = {},
): (event: AuditEvent) => FailureBurst | undefined {
  const { by = "src", threshold = 10, windowMs = 300_000, maxKeys = 10_000 } = options;
  const failures = new Map<string, number[]>();
  return (event) => {
    const key = event[by];
    const at = event.time?.getTime();
    if (event.type !== "authentication" || event.success === true || !key || at === undefined)
      return undefined;
    // Events come late, and out of order: what is too old is so by the newest of this key.
    const times = insert(failures.get(key) ?? [], at);
    const newest = times.at(-1)!;
    while (times[0]! < newest - windowMs) times.shift();
    // Behind the others again, for the first in a Map is what went the longest unused.
    failures.delete(key);
    if (times.length >= threshold)
      return { key, count: times.length, since: new Date(times[0]!), until: new Date(newest) };
    failures.set(key, times);
    if (failures.size > maxKeys) failures.delete(failures.keys().next().value!);
    return undefined;
  };
}

function insert(times: number[], at: number): number[] {
  let index = times.length;
  while (index > 0 && times[index - 1]! > at) index--;
  times.splice(index, 0, at);
  return times;
}
