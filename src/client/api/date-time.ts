import * as z from "zod";

/** A moment: a Date, or text as RFC 3339 has it, such as `2026-11-25T18:30:00Z`. */
export type Timestamp = Date | string;

/** What Konnect sends for a time that never was. Not RFC 3339: its seconds have one digit. */
export const ZERO_TIME = "0001-01-01T00:00:0Z";

/** A Date, or RFC 3339 with its zone: without one a machine's own zone would decide. */
export const timestamp = z
  .union([z.date(), z.string()], { error: "must be a Date or an RFC 3339 date-time" })
  .refine((value) => value instanceof Date || RFC3339.test(value), {
    error: "must be an RFC 3339 date-time with its zone, such as 2026-11-25T18:30:00Z",
    abort: true,
  })
  .refine((value) => !Number.isNaN(toMs(value)), "must be a moment that exists");

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** As Konnect reads it; text stays as it is. */
export function toRfc3339(moment: Timestamp): string {
  return moment instanceof Date ? moment.toISOString() : moment;
}

/** In ms since the epoch. */
export function toMs(moment: Timestamp): number {
  return moment instanceof Date ? moment.getTime() : Date.parse(moment);
}
