import type { SinkRecord } from "./sink.js";

const KEY = "org_id";
/** A JSON escape: with it, a key can be written in another way. */
const ESCAPE = "\\u";
/** At most these bytes are between the key and its value, in any format: `\":\"`. */
const BETWEEN = 8;

/**
 * Whether a record belongs to an organization, or does not say to which.
 *
 * Reading the event of each record would take longer than storing it. Where the key is in the line once, with this value, the
 * event can have no other: only other lines are parsed.
 */
export function isOf(organization: string, record: SinkRecord): boolean {
  const { bytes } = record;
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const key = line.indexOf(KEY);
  if (key !== -1 && line.indexOf(KEY, key + KEY.length) === -1) {
    const value = line.indexOf(organization, key + KEY.length);
    const end = line[value + organization.length];
    const isValue = value !== -1 && value - key - KEY.length <= BETWEEN && !isIdByte(end);
    if (isValue && line.indexOf(ESCAPE) === -1) return true;
  }
  const named = record.event?.org_id || undefined;
  return named === undefined || named === organization;
}

/** Letters, digits and hyphens: the value goes on. */
function isIdByte(byte: number | undefined): boolean {
  return byte !== undefined && /[\w-]/.test(String.fromCharCode(byte));
}
