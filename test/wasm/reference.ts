import { BASE, P, type Point } from "../../src/wasm/decode-point.js";

/** The order of the base point (RFC 8032, 5.1). */
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;
export const NEUTRAL: Point = { x: 0n, y: 1n };

/** The number modulo m, never negative. */
export function mod(number: bigint, m = P): bigint {
  return ((number % m) + m) % m;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = mod(base), rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

export const inverse = (number: bigint) => power(number, P - 2n);
const D = mod(-121_665n * inverse(121_666n));

/** The sum of two points by the textbook's affine formula, with a division each. */
export function addPoints(p: Point, q: Point): Point {
  const dxy = mod(D * mod(p.x * q.x) * mod(p.y * q.y));
  return {
    x: mod((p.x * q.y + q.x * p.y) * inverse(1n + dxy)),
    y: mod((p.y * q.y + p.x * q.x) * inverse(1n - dxy)),
  };
}

export function multiply(p: Point, scalar: bigint): Point {
  let sum = NEUTRAL;
  for (let double = p, rest = scalar; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = addPoints(sum, double);
    double = addPoints(double, double);
  }
  return sum;
}

/** A point of order eight: L times a point outside the subgroup of B. */
export function pointOfOrderEight(): Point {
  for (let y = 2n; ; y++) {
    const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
    const root = power(square, (P + 3n) / 8n);
    const x = [root, mod(root * power(2n, (P - 1n) / 4n))].find((x) => mod(x * x) === square);
    if (x === undefined) continue;
    const torsion = multiply({ x, y }, L);
    if (multiply(torsion, 4n).y !== 1n) return torsion;
  }
}

export const toNumber = (bytes: Uint8Array) =>
  bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

export function toBytes(number: bigint, length = 32): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Number((number >> BigInt(8 * i)) & 255n));
}

export const encodePoint = ({ x, y }: Point) => toBytes(y | ((x & 1n) << 255n));

export { BASE, P };
