/** RFC 3339 with a zone. */
export const RFC3339 =
  /^\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * A time in ms since the epoch, of text that begins like RFC 3339. NaN for other text, and for a day that does not exist:
 * `Date.parse` takes 30 February for 2 March.
 */
export function parseTime(text: string): number {
  const day = text.slice(0, 10);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return Number.NaN;
  return Date.parse(text);
}
