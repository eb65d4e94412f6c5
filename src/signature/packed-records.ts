import type { SignedRecord } from "../records/signed/signed-record.js";

/**
 * The records of a batch in one block, for a thread or an engine.
 *
 * Each payload is part of a message: S (32 bytes), R (32), room for a key (32), the payload, and room for the padding of SHA-512. So an
 * engine can hash R, the key and the payload where they are.
 */
export interface PackedRecords {
  bytes: Uint8Array<ArrayBuffer>;
  /** For each record: where its message begins, the length of the payload, and both for the payload without wrapper, or zeros. */
  rows: Uint32Array<ArrayBuffer>;
}

/** Bytes before a payload, and behind it at most. */
export const PAYLOAD_OFFSET = 96;
const PADDING = 144;

/** Packs records, into `spare` if they fit: new memory takes longer to get than to fill. */
export function packRecords(records: readonly SignedRecord[], spare?: ArrayBuffer): PackedRecords {
  const room = records.reduce(
    (sum, { payload, unwrappedPayload }) => sum + roomFor(payload) + roomFor(unwrappedPayload),
    0,
  );
  const bytes = new Uint8Array(
    spare !== undefined && spare.byteLength >= room ? spare : new ArrayBuffer(room),
  );
  const rows = new Uint32Array(4 * records.length);
  let at = 0;
  let row = 0;
  for (const { signature, payload, unwrappedPayload } of records)
    for (const part of [payload, unwrappedPayload]) {
      if (part !== undefined) {
        for (let i = 0; i < 64; i++) bytes[at + ((i + 32) & 63)] = signature[i]!;
        const length = write(part, bytes.subarray(at + PAYLOAD_OFFSET));
        rows[row] = at;
        rows[row + 1] = length;
        at += PAYLOAD_OFFSET + length + PADDING;
      }
      row += 2;
    }
  return { bytes: bytes.subarray(0, at), rows };
}

/** The most bytes of a message. A UTF-16 code unit is at most three bytes in UTF-8. */
function roomFor(payload: string | Uint8Array | undefined): number {
  if (payload === undefined) return 0;
  return PAYLOAD_OFFSET + (typeof payload === "string" ? 3 : 1) * payload.length + PADDING;
}

const encoder = new TextEncoder();

/** Writes a payload. Text is encoded where it goes, which takes a fifth of the time of an array of its own. */
function write(payload: string | Uint8Array, to: Uint8Array): number {
  if (typeof payload === "string") return encoder.encodeInto(payload, to).written;
  to.set(payload);
  return payload.length;
}

/** The bytes that are signed. */
export function bytesOf(payload: string | Uint8Array): Uint8Array {
  return typeof payload === "string" ? encoder.encode(payload) : payload;
}
