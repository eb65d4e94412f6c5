import type { SinkRecord } from "./sink.js";

const KEY = Buffer.from("org_id");
/** A JSON escape: with it, a key can be written in another way. */
const ESCAPE = Buffer.from("\\u");
/** What stands between the key and its value, in CEF, JSON, and JSON inside JSON. */
const BETWEEN = ["=", '":"', '": "', '\\":\\"'].map((text) => Buffer.from(text));

/**
 * The records of a batch that belong to another organization. One that does not say to which it belongs is not among them.
 *
 * Reading the event of each record would take longer than storing it. Where a line has the key once, with this value, its event can
 * have no other: only other lines are parsed.
 *
 * @param lines the records, one after the other, each followed by a line feed
 */
export function foreignRecords(
  organization: string,
  records: readonly SinkRecord[],
  lines: Buffer,
): SinkRecord[] {
  const values = BETWEEN.map((between) => Buffer.concat([KEY, between, Buffer.from(organization)]));
  const hasEscape = lines.indexOf(ESCAPE) !== -1;
  const foreign: SinkRecord[] = [];
  let start = 0;
  let key = lines.indexOf(KEY);
  for (const record of records) {
    const end = start + record.bytes.length;
    const own = key;
    let keys = 0;
    for (; key !== -1 && key < end; key = lines.indexOf(KEY, key + KEY.length)) keys++;
    const isOwn = keys === 1 && !hasEscape && values.some((value) => isValueAt(lines, own, value));
    if (!isOwn && !isOf(organization, record)) foreign.push(record);
    start = end + 1;
  }
  return foreign;
}

/** Whether a record belongs to an organization, or does not say to which. */
export function isOf(organization: string, { event }: Pick<SinkRecord, "event">): boolean {
  const named = event?.org_id || undefined;
  return named === undefined || named === organization;
}

/** Whether the key and the value stand there, and the value ends there. */
function isValueAt(lines: Buffer, at: number, value: Buffer): boolean {
  for (let i = KEY.length; i < value.length; i++) if (lines[at + i] !== value[i]) return false;
  return !isIdByte(lines[at + value.length]!);
}

/** Letters, digits, hyphens and underscores: the value goes on. */
function isIdByte(byte: number): boolean {
  const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return isLetter || (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x5f;
}
