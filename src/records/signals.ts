import { KonnectError } from "../errors.js";
import type { AuditEvent } from "./event/types.js";

/** How urgent a signal is. */
export type SignalSeverity = "info" | "low" | "medium" | "high";

/**
 * A condition worth an alert.
 *
 * - `server_error` (high): an access record with status 500 (severity 10)
 * - `request_refused` (medium): an access record with status 401 or 403 (severity 6)
 * - `account_locked` (high), `disabled_account_used` (high): an authentication with that outcome
 * - `authentication_unknown` (medium): an authentication with an unknown or invalid state (severity 7)
 * - `authentication_failed` (low): worth an alert in large numbers; see {@link createFailureCounter}
 * - `authorization_denied` (medium): a denied authorization
 * - `field_injection` (high): a client may have injected fields; see `duplicates`
 * - `system_event` (info): Kong itself acted; exclude it from alerts on users
 */
export type SignalName = (typeof SIGNAL_NAMES)[number];

/** The names of all signals. */
export const SIGNAL_NAMES = [
  "server_error",
  "request_refused",
  "account_locked",
  "disabled_account_used",
  "authentication_unknown",
  "authentication_failed",
  "authorization_denied",
  "field_injection",
  "system_event",
] as const;

/** A condition worth an alert, and how urgent it is. */
export interface AlertSignal {
  name: SignalName;
  severity: SignalSeverity;
}

/**
 * Finds the conditions for which Kong recommends alerts, as far as a single event shows them.
 *
 * @returns an empty array for an ordinary event
 * @throws {@link KonnectError} `invalid_options` for anything but an event
 * @example
 * ```ts
 * for (const { name, severity } of detectSignals(event)) if (severity === "high") page(name, event.trace_id);
 * ```
 * @see https://developer.konghq.com/konnect-platform/audit-logs/
 */
export function detectSignals(event: AuditEvent): AlertSignal[] {
  if (!Array.isArray(event?.duplicates))
    throw new KonnectError("invalid_options", "detectSignals: event must be one of parseAuditRecord");
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
      // Anything but `true` counts as denied.
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

/** The options of `createFailureCounter`. */
export interface FailureCounterOptions {
  /** Counts by principal or by client address. Default `src`. */
  by?: "principal_id" | "src" | undefined;
  /** How many failures within the window make a burst. Default 10. */
  threshold?: number | undefined;
  /** Length of the window, in ms of event time. Default 300,000: five minutes. */
  windowMs?: number | undefined;
  /** How many principals or addresses are kept. Beyond it, the one that failed longest ago is dropped. Default 10,000. */
  maxKeys?: number | undefined;
}

/** Many failed logins of one principal or address. */
export interface FailureBurst {
  /** The principal or address. */
  key: string;
  count: number;
  /** Time of the first and of the last failure. */
  since: Date;
  until: Date;
}

/**
 * Counts failed logins in a sliding window of event time, so that a replay or a late batch counts the same.
 * Memory is bounded: at most `threshold` times for each of `maxKeys` keys.
 *
 * @returns a function that takes each event. It returns a burst when the threshold is reached, and then starts over
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
    // Events come late and out of order, so the newest event of this key decides which are too old.
    const times = insert(failures.get(key) ?? [], at);
    const newest = times.at(-1)!;
    while (times[0]! < newest - windowMs) times.shift();
    // Moved to the end: the first key of the Map is the one that failed longest ago.
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
