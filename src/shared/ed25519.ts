/** The letters of base64url (RFC 4648, 5), by value. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/**
 * Decodes base64url of exactly `size` bytes. Undefined for padding, other letters, another length, or spare bits that are
 * set: each value has one spelling.
 */
export function decodeBase64Url(text: string, length: number): Uint8Array<ArrayBuffer> | undefined {
  if (text.length !== Math.ceil((length * 4) / 3)) return undefined;
  const bytes = new Uint8Array(length);
  // Letters that are not of the alphabet set the sign bit, which no `|` clears.
  let seen = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = VALUES[text.charCodeAt(i)] ?? -1;
    seen |= value;
    held = (held << 6) | value;
    const spare = (6 * i + 6) & 7;
    if (spare < 6) bytes[at++] = held >> spare;
  }
  return seen < 0 || (held & ((1 << ((6 * text.length) & 7)) - 1)) !== 0 ? undefined : bytes;
}

/** L of RFC 8032, the order of the base point, little-endian. */
const ORDER = bytesOf("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
/** The field prime 2^255 - 19, little-endian. */
const PRIME = bytesOf("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
/** The points of small order, with the sign bit cleared. Under such a key, a signature can match any message. */
const SMALL_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(bytesOf);

/** True for the 32 bytes of a canonical point that is not of small order (RFC 8032, 5.1.3). Other keys are not safe. */
export function isSafePoint(point: Uint8Array): boolean {
  const y = Uint8Array.from(point);
  y[31]! &= 0x7f;
  return isBelow(y, PRIME) && !SMALL_ORDER.some((bad) => bad.every((byte, i) => byte === y[i]));
}

/** True for a signature whose second half is below L, so that each signature has one form (RFC 8032, 5.1.7). */
export function isCanonicalSignature(signature: Uint8Array): boolean {
  return isBelow(signature, ORDER, 32);
}

/** True if the 32 bytes from `start` are a number below the limit, both little-endian. */
function isBelow(bytes: Uint8Array, limit: Uint8Array, start = 0): boolean {
  for (let i = 31; i >= 0; i--) if (bytes[start + i] !== limit[i]) return bytes[start + i]! < limit[i]!;
  return false;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}
