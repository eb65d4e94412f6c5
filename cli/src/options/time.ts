import { InvalidArgumentError } from "@commander-js/extra-typings";

/** A point in time. */
export interface Moment {
  /** The time itself; that of an age by `now`, in ms since the epoch. */
  at(now: number): Date;
  /** Whether it is an age, such as `2h`. */
  isRelative: boolean;
}

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d:\d\d:\d\d(?:\.\d+)?)([Zz]|[+-]\d\d:\d\d))?$/;
const EXPECTED =
  "give an RFC 3339 time (2026-11-25T18:30:00Z), a date (2026-11-25, UTC), or an age (90s, 15m, 2h, 7d, 4w)";

/** Parses `--since` and `--until`: an RFC 3339 time (https://www.rfc-editor.org/rfc/rfc3339), a date, or an age. */
export function moment(text: string): Moment {
  const ago = /^(\d{1,9})(s|m|h|d|w)$/.exec(text);
  if (ago)
    return { isRelative: true, at: (now) => new Date(Math.max(0, now - Number(ago[1]) * UNITS[ago[2]!]!)) };
  const at = parseTime(text);
  if (at === undefined) throw new InvalidArgumentError(hintOf(text) ?? `${EXPECTED}.`);
  return { isRelative: false, at: () => at };
}

/** What is wrong with a time that is nearly right. */
function hintOf(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text))
    return `The zone is missing: add Z for UTC, or an offset such as +02:00 (${text.length === 16 ? `${text}:00` : text}Z).`;
  if (/^\d{10}(\d{3})?$/.test(text)) {
    const at = new Date(Number(text) * (text.length === 10 ? 1_000 : 1));
    return `That looks like ${text.length === 10 ? "seconds" : "milliseconds"} since 1970: give ${at.toISOString()}.`;
  }
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(text) ?? [];
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(month) >= 1 && Number(month) <= 12 && Number(day) > days)
    return `${year}-${month} has ${days} days.`;
  return undefined;
}

function parseTime(text: string): Date | undefined {
  const [, year, month, day, time = "00:00:00", zone = "Z"] = RFC3339.exec(text) ?? [];
  if (year === undefined) return undefined;
  // Date.parse takes 30 February for 2 March.
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(day) > daysInMonth) return undefined;
  const at = new Date(`${year}-${month}-${day}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** Parses a span of time, such as `90d` or `500ms`, to ms. */
export function duration(text: string): number {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d|w)$/.exec(text) ?? [];
  if (unit === undefined) throw new InvalidArgumentError("give a number and a unit: 90s, 15m, 2h, 7d, 4w.");
  return Number(count) * UNITS[unit]!;
}
