import type { Claim } from "./signed-payload.js";

/**
 * The claims of a batch in one block, for a thread or an engine.
 *
 * Each payload is part of a message: S (32 bytes), R (32), room for a key (32), the payload, and room for the padding of SHA-512. So an
 * engine can hash R, the key and the payload where they are.
 */
export interface PackedClaims {
  bytes: Uint8Array<ArrayBuffer>;
  /** For each claim: where its message begins, the length of the payload, and both for the payload without wrapper, or zeros. */
  rows: Uint32Array<ArrayBuffer>;
}

/** Bytes before a payload, and behind it at most. */
export const HEAD = 96;
const PADDING = 144;

/** Packs claims, into `spare` if they fit: new memory takes longer to get than to fill. */
export function packClaims(claims: readonly Claim[], spare?: ArrayBuffer): PackedClaims {
  const room = claims.reduce((sum, { payload, inner }) => sum + roomFor(payload) + roomFor(inner), 0);
  const bytes = new Uint8Array(
    spare !== undefined && spare.byteLength >= room ? spare : new ArrayBuffer(room),
  );
  const rows = new Uint32Array(4 * claims.length);
  let at = 0;
  let row = 0;
  for (const { signature, payload, inner } of claims)
    for (const part of [payload, inner]) {
      if (part !== undefined) {
        for (let i = 0; i < 64; i++) bytes[at + ((i + 32) & 63)] = signature[i]!;
        const length = write(part, bytes.subarray(at + HEAD));
        rows[row] = at;
        rows[row + 1] = length;
        at += HEAD + length + PADDING;
      }
      row += 2;
    }
  return { bytes: bytes.subarray(0, at), rows };
}

/** The most bytes of a message. A UTF-16 code unit is at most three bytes in UTF-8. */
function roomFor(payload: string | Uint8Array | undefined): number {
  if (payload === undefined) return 0;
  return HEAD + (typeof payload === "string" ? 3 : 1) * payload.length + PADDING;
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
