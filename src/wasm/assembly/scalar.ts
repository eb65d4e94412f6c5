import { largestDigit } from "./table";

/**
 * Numbers modulo L = 2^252 + 27742317777372353535851937790883648493, the order of the base point (RFC 8032, 5.1), as 32 bytes,
 * little-endian.
 */

/** Eight bytes more than a scalar, for loads of eight bytes at byte 31. */
const SCALAR: i32 = 40;

const ORDER = memory.data<u64>([0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000]);

/** True for 32 bytes below L. A signature with another S is not valid (RFC 8032, 5.1.7). */
export function isBelowOrder(scalar: usize): bool {
  for (let i = 24; i >= 0; i -= 8) {
    const word = load<u64>(scalar + i);
    const limit = load<u64>(ORDER + i);
    if (word !== limit) return word < limit;
  }
  return false;
}

/**
 * Writes a scalar below L as signed digits: i32 d[i] with -2^(window - 1) < d[i] <= 2^(window - 1) whose sum of d[i] * 2^(window i) is the
 * scalar.
 *
 * The last digit has no carry. With 26 digits of 10 bits it is bits 250 to 252 of the scalar, at most 4, and a carry. With 23 digits
 * of 11 bits it is bits 242 to 252, at most 1,023 and a carry, or else 1,024: then the scalar is at least 2^252, and because it is
 * below 2^252 + 2^125, all bits from 125 on are 0, so there is no carry.
 */
export function recode(digits: usize, scalar: usize, window: i32, count: i32): void {
  let carry = 0;
  for (let i = 0; i < count; i++) {
    const bit = window * i;
    const bits = <i32>(load<u64>(scalar + (bit >> 3)) >> (bit & 7)) & ((1 << window) - 1);
    const digit = bits + carry;
    carry = digit > largestDigit(window) ? 1 : 0;
    store<i32>(digits + 4 * i, digit - (carry << window));
  }
}

/** 24 limbs of 21 bits, as i64: limb i counts 2^(21 i). */
const LIMBS = memory.data(24 * 8);

/** 2^252 = -27742317777372353535851937790883648493 mod L, as limbs: limb 12 counts as much as these six, of which three are minus. */
const FOLD = memory.data<i64>([666643, 470296, 654183, -997805, 136657, -683901]);

/** Removes limb i, at least 12, by adding what it counts to the limbs i - 12 to i - 7. */
function fold(i: i32): void {
  const value = load<i64>(LIMBS + 8 * i);
  for (let j = 0; j < 6; j++) {
    const limb = LIMBS + 8 * (i - 12 + j);
    store<i64>(limb, load<i64>(limb) + value * load<i64>(FOLD + 8 * j));
  }
  store<i64>(LIMBS + 8 * i, 0);
}

/** Cuts limb i to 21 bits: with `half` 2^20 to between -2^20 and 2^20, with 0 to between 0 and 2^21. The rest goes to limb i + 1. */
function carryLimb(i: i32, half: i64): void {
  const limb = LIMBS + 8 * i;
  const carry = (load<i64>(limb) + half) >> 21;
  store<i64>(limb, load<i64>(limb) - (carry << 21));
  store<i64>(limb + 8, load<i64>(limb + 8) + carry);
}

/**
 * Writes the 64 bytes at `wide` mod L to `scalar` (SCALAR bytes).
 *
 * Bounds: a limb is below 2^21, the last one below 2^29, and a factor of FOLD below 2^20. Folding 23 to 18 adds at most six products of
 * 2^49 to a limb, which stays below 2^52; folding 17 to 12, after a carry, the same. After both, limbs 0 to 11 are cut and limb 12 is a
 * small number: folding it and carrying, twice, gives a number between 0 and L - 1, as in the reference code of Ed25519.
 */
export function reduce(scalar: usize, wide: usize): void {
  for (let i = 0; i < 23; i++) {
    const bit = 21 * i;
    // The last eight bytes hold limbs 21 and 22; a load further on would read beyond the hash.
    const byte = min(bit >> 3, 56);
    store<i64>(LIMBS + 8 * i, (load<u64>(wide + byte) >> (bit - 8 * byte)) & 0x1fffff);
  }
  store<i64>(LIMBS + 8 * 23, load<u32>(wide + 60) >> 3);
  for (let i = 23; i >= 18; i--) fold(i);
  for (let i = 6; i <= 16; i++) carryLimb(i, 1 << 20);
  for (let i = 17; i >= 12; i--) fold(i);
  for (let i = 0; i <= 11; i++) carryLimb(i, 1 << 20);
  fold(12);
  for (let i = 0; i <= 11; i++) carryLimb(i, 0);
  fold(12);
  for (let i = 0; i <= 10; i++) carryLimb(i, 0);
  memory.fill(scalar, 0, SCALAR);
  for (let i = 0; i < 12; i++) {
    const to = scalar + ((21 * i) >> 3);
    store<u64>(to, load<u64>(to) | (load<u64>(LIMBS + 8 * i) << ((21 * i) & 7)));
  }
}
