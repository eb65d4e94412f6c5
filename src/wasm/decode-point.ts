/** The field prime of Ed25519. */
export const P = 2n ** 255n - 19n;
/** d of the curve. */
const D = ((P - 121_665n) * power(121_666n, P - 2n)) % P;
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

/** A point of the curve in affine coordinates. */
export interface Point {
  x: bigint;
  y: bigint;
}

/** The base point: y = 4 / 5, and x is even (RFC 8032, 5.1). */
export const BASE = decodePoint(encodeNumber((4n * power(5n, P - 2n)) % P))!;

/** Decodes the 32 bytes of a point (RFC 8032, 5.1.3). Undefined if they are not a point. */
export function decodePoint(bytes: Uint8Array): Point | undefined {
  const number = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const sign = number >> 255n;
  const y = number & (2n ** 255n - 1n);
  const u = (y * y + P - 1n) % P;
  const v = (D * y * y + 1n) % P;
  const root = (((u * v ** 3n) % P) * power((u * v ** 7n) % P, (P - 5n) / 8n)) % P;
  for (const x of [root, (root * ROOT_OF_MINUS_ONE) % P]) {
    if ((v * x * x - u) % P !== 0n) continue;
    if (x === 0n && sign === 1n) return undefined;
    return { x: (x & 1n) === sign ? x : P - x, y };
  }
  return undefined;
}

/** A number below 2^256 as 32 bytes, little-endian. */
export function encodeNumber(number: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 255n));
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
