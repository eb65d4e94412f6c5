import { encodeElement } from "./bytes";
import { mul } from "./field";
import { invertAll } from "./invert";
import { addEntry, POINT, touch, X, Y, Z } from "./point";
import { isBelowOrder, recode, reduce } from "./scalar";
import { hash } from "./sha512";
import {
  BASE_DIGITS,
  BASE_WINDOW,
  KEY_DIGITS,
  KEY_WINDOW,
  makeTable,
  POINTS,
  rowSize,
  setNeutral,
  tableSize,
} from "./table";

/**
 * The verification of Ed25519 (RFC 8032, 5.1.7) with tables: R = S B - k A, where k = SHA-512(R | A | message) mod L. Two signatures at
 * a time, one in each lane. Nothing here is secret, so nothing hides its timing.
 *
 * The caller lays out the memory from `base()` on: the table of B, the tables of keys, checks and messages.
 *
 * - A table of B has `baseSize()` bytes. One of a key has `keySize()` bytes and begins with the key.
 * - A message is S (32 bytes), R (32), room for A (32), the signed bytes, and room for the padding of SHA-512 (144).
 * - A check is four u32: the address of a message, the number of its signed bytes, the address of a table, and the verdict.
 */
const S: i32 = 0;
const R: i32 = 32;
const KEY: i32 = 64;
const CHECK: i32 = 16;

/** The first address that is the caller's. */
export function base(): usize {
  return (__heap_base + 15) & ~15;
}

/** Bytes of the table of B. */
export function baseSize(): i32 {
  return tableSize(BASE_WINDOW, BASE_DIGITS);
}

/** Bytes of the table of a key. */
export function keySize(): i32 {
  return 32 + tableSize(KEY_WINDOW, KEY_DIGITS);
}

/** Makes the table of B, whose affine coordinates are at `x` and `y`, 32 bytes each. */
export function addBase(table: usize, x: usize, y: usize): void {
  makeTable(table, BASE_WINDOW, BASE_DIGITS, x, y);
}

/** Makes the table of the key at `key`, from the affine coordinates of -A. */
export function addKey(table: usize, key: usize, x: usize, y: usize): void {
  memory.copy(table, key, 32);
  makeTable(table + 32, KEY_WINDOW, KEY_DIGITS, x, y);
}

const HASH_A = memory.data(64);
const HASH_B = memory.data(64);
/** A scalar, and eight bytes more. */
const SCALAR_COPY = memory.data(40);
const S_DIGITS_A = memory.data(23 * 4);
const S_DIGITS_B = memory.data(23 * 4);
const K_DIGITS_A = memory.data(26 * 4);
const K_DIGITS_B = memory.data(26 * 4);

/** Sets the verdict of each of `count` checks, 1 to 2,048: 1 for a valid signature, or else 0. */
export function verify(checks: usize, count: i32, tableOfB: usize): void {
  const pairs = (count + 1) >> 1;
  for (let i = 0; i < pairs; i++) {
    const a = checks + 2 * i * CHECK;
    // The last one of an odd number is in both lanes.
    const b = 2 * i + 1 < count ? a + CHECK : a;
    hashChecks(a, b);
    recodeCheck(a, HASH_A, S_DIGITS_A, K_DIGITS_A);
    recodeCheck(b, HASH_B, S_DIGITS_B, K_DIGITS_B);
    sumUp(POINTS + i * POINT, tableOfB, tableOf(a), tableOf(b));
  }
  invertAll(POINTS + Z, pairs, POINT);
  for (let i = 0; i < pairs; i++) {
    const point = POINTS + i * POINT;
    const check = checks + 2 * i * CHECK;
    mul(point + X, point + X, point + Z);
    mul(point + Y, point + Y, point + Z);
    judge(check, point, 0);
    if (2 * i + 1 < count) judge(check + CHECK, point, 1);
  }
}

function messageOf(check: usize): usize {
  return <usize>load<u32>(check);
}

function tableOf(check: usize): usize {
  return <usize>load<u32>(check, 8);
}

function hashChecks(a: usize, b: usize): void {
  memory.copy(messageOf(a) + KEY, tableOf(a), 32);
  memory.copy(messageOf(b) + KEY, tableOf(b), 32);
  hash(HASH_A, messageOf(a) + R, 64 + load<u32>(a, 4), HASH_B, messageOf(b) + R, 64 + load<u32>(b, 4));
}

/** Writes the digits of S and of k. */
function recodeCheck(check: usize, hashed: usize, digitsOfS: usize, digitsOfK: usize): void {
  memory.copy(SCALAR_COPY, messageOf(check) + S, 32);
  recode(digitsOfS, SCALAR_COPY, BASE_WINDOW, BASE_DIGITS);
  reduce(SCALAR_COPY, hashed);
  recode(digitsOfK, SCALAR_COPY, KEY_WINDOW, KEY_DIGITS);
}

/** p = S B + k (-A), in each lane. */
function sumUp(p: usize, tableOfB: usize, keyA: usize, keyB: usize): void {
  setNeutral(p);
  touchAll(tableOfB, S_DIGITS_A, tableOfB, S_DIGITS_B, rowSize(BASE_WINDOW), BASE_DIGITS);
  touchAll(keyA + 32, K_DIGITS_A, keyB + 32, K_DIGITS_B, rowSize(KEY_WINDOW), KEY_DIGITS);
  addMultiples(p, tableOfB, S_DIGITS_A, tableOfB, S_DIGITS_B, rowSize(BASE_WINDOW), BASE_DIGITS);
  addMultiples(p, keyA + 32, K_DIGITS_A, keyB + 32, K_DIGITS_B, rowSize(KEY_WINDOW), KEY_DIGITS);
}

/** Touches the entries that the digits name: loads that wait for memory together, not one by one, save a seventh of the time. */
function touchAll(rowA: usize, digitsA: usize, rowB: usize, digitsB: usize, row: i32, count: i32): void {
  for (let i = 0; i < count; i++) {
    touch(rowA, load<i32>(digitsA));
    touch(rowB, load<i32>(digitsB));
    rowA += row;
    rowB += row;
    digitsA += 4;
    digitsB += 4;
  }
}

/** To each lane of p, adds the entries of a table that the digits name. */
function addMultiples(
  p: usize,
  rowA: usize,
  digitsA: usize,
  rowB: usize,
  digitsB: usize,
  row: i32,
  count: i32,
): void {
  for (let i = 0; i < count; i++) {
    addEntry(p, rowA, load<i32>(digitsA), rowB, load<i32>(digitsB));
    rowA += row;
    rowB += row;
    digitsA += 4;
    digitsB += 4;
  }
}

const ENCODED = memory.data(32);
const ENCODED_X = memory.data(32);

/**
 * Compares the encoding of an affine point with R, byte by byte: no multiplication by the cofactor, and only the canonical encoding
 * counts, as in OpenSSL.
 */
function judge(check: usize, point: usize, lane: i32): void {
  encodeElement(ENCODED, point + Y, lane);
  encodeElement(ENCODED_X, point + X, lane);
  store<u8>(ENCODED + 31, load<u8>(ENCODED + 31) | (load<u8>(ENCODED_X) << 7));
  const message = messageOf(check);
  const isValid = memory.compare(ENCODED, message + R, 32) === 0 && isBelowOrder(message + S);
  store<u32>(check, isValid ? 1 : 0, 12);
}
