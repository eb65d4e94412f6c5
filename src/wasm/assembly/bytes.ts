/** Elements of the field as 32 bytes, little-endian (RFC 8032, 5.1.2). */

/** The address of limb i of one lane of a pair. */
function limb(pair: usize, i: i32, lane: i32): usize {
  return pair + 8 * i + 4 * lane;
}

/** The bits of limb i. */
function width(i: i32): i32 {
  return 26 - (i & 1);
}

/** The place of limb i in the number: 0, 26, 51, 77, 102 ... */
function place(i: i32): i32 {
  return (51 * i + 1) >> 1;
}

/**
 * Reads one lane of a pair from 32 bytes below 2^255. The limbs are between 0 and 2^26, or 2^25 for odd ones, which is two terms:
 * multiply by one to reduce it.
 */
export function decodeElement(pair: usize, lane: i32, bytes: usize): void {
  for (let i = 0; i < 10; i++) {
    // Limb 9 begins at bit 230. The last eight bytes hold it whole; a load at byte 28 would read four too many.
    const byte = min(place(i) >> 3, 24);
    const bits = load<u64>(bytes + byte) >> (place(i) - 8 * byte);
    store<i32>(limb(pair, i, lane), <i32>(bits & ((1 << width(i)) - 1)));
  }
}

const LIMBS = memory.data(80);
/** Eight bytes more than an element, because `place(9)` is written as eight bytes from byte 28. */
const PADDED = memory.data(40);

/**
 * Writes one lane of a reduced pair as the 32 bytes of the only number between 0 and p - 1 that it stands for.
 *
 * A reduced element is h with |h| < 2^254.1, so q = floor(h / p) is -1 or 0: it is the carry out of the top when 19 times the
 * rounded top limb is added below (as in the reference code of Ed25519), and h - q p = h + 19 q - 2^255 q.
 */
export function encodeElement(bytes: usize, pair: usize, lane: i32): void {
  for (let i = 0; i < 10; i++) store<i64>(LIMBS + 8 * i, <i64>load<i32>(limb(pair, i, lane)));
  let q = (19 * load<i64>(LIMBS + 72) + (1 << 24)) >> 25;
  for (let i = 0; i < 10; i++) q = (load<i64>(LIMBS + 8 * i) + q) >> width(i);
  let carry = 19 * q;
  memory.fill(PADDED, 0, 40);
  for (let i = 0; i < 10; i++) {
    const value = load<i64>(LIMBS + 8 * i) + carry;
    carry = value >> width(i);
    const to = PADDED + (place(i) >> 3);
    store<u64>(to, load<u64>(to) | ((<u64>(value & ((1 << width(i)) - 1))) << (place(i) & 7)));
  }
  memory.copy(bytes, PADDED, 32);
}
