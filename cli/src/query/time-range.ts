import { ExitError } from "../errors.js";
import type { TimeOptions } from "../options/filters.js";

const MINUTE = 60_000;

/** A range of time. Both ends are inclusive. */
export interface TimeRange {
  since: Date | undefined;
  until: Date | undefined;
}

/** The range of `--since` and `--until` at a point in time, in ms since the epoch. */
export function timeRange({ since, until }: TimeOptions, now: number): TimeRange {
  const range = { since: since?.at(now), until: until?.at(now) };
  if (range.since && range.until && range.since >= range.until)
    throw new ExitError(
      2,
      `--since (${range.since.toISOString()}) must be before --until (${range.until.toISOString()})`,
    );
  return range;
}

/**
 * The range of records that Konnect may have.
 *
 * @throws ExitError 2 for one that begins in the future, and for a follow that ends in the past
 */
export function pullRange(options: TimeOptions & { follow?: true | undefined }, now: number): TimeRange {
  const range = timeRange(options, now);
  if (range.since !== undefined && range.since.getTime() > now)
    throw new ExitError(
      2,
      `--since (${range.since.toISOString()}) is in the future: it is ${new Date(now).toISOString()} now`,
    );
  if (options.follow && range.until !== undefined && now - range.until.getTime() > MINUTE)
    throw new ExitError(
      2,
      `--until (${range.until.toISOString()}) is in the past: nothing new would be followed. Use pull without --follow`,
    );
  return range;
}

/** Whether an event is in a range. One without a time is not, unless the range is open. */
export function isWithin({ since, until }: TimeRange, { time }: { time?: Date | undefined }): boolean {
  if (since === undefined && until === undefined) return true;
  return (
    time !== undefined && (since === undefined || time >= since) && (until === undefined || time <= until)
  );
}
