import * as z from "zod/mini";
import { parseTime, RFC3339 } from "../../shared/time.js";

/** A point in time: a Date, or RFC 3339 text with a zone, such as `2026-11-25T18:30:00Z`. */
export type Timestamp = Date | string;

/** What Konnect sends for a missing time. Not RFC 3339: the seconds have one digit. */
export const ZERO_TIME = "0001-01-01T00:00:0Z";

/** A Date, or RFC 3339 with a zone. Without a zone, the time would depend on this machine. */
export const timestamp = z
  .union([z.date(), z.string()], { error: "must be a Date or an RFC 3339 date-time" })
  .check(
    z.refine((value) => value instanceof Date || RFC3339.test(value), {
      error: "must be an RFC 3339 date-time with a zone, such as 2026-11-25T18:30:00Z",
      abort: true,
    }),
    z.refine((value) => !Number.isNaN(toMs(value)), "must be a date that exists"),
  );

/** RFC 3339 text. Text stays unchanged. */
export function toRfc3339(moment: Timestamp): string {
  return moment instanceof Date ? moment.toISOString() : moment;
}

/** In ms since the epoch. */
export function toMs(moment: Timestamp): number {
  return moment instanceof Date ? moment.getTime() : parseTime(moment);
}
