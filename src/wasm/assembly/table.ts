import { decodeElement } from "./bytes";
import { add, copy, mul, sub } from "./field";
import { invertAll } from "./invert";
import { addEntry, double, ENTRY, POINT, T, X, Y, Z } from "./point";

/**
 * The table of a point P has a row for each digit of a scalar in base 2^window: j * 2^(window i) * P for j from 0 to
 * 2^(window - 1). So a multiple of P is a sum of entries, one from each row, and no point is ever doubled.
 *
 * A larger window means fewer digits and a larger table: 2.8 MB for the base point of the curve, 1.6 MB for a key.
 */
export const BASE_WINDOW: i32 = 11;
export const BASE_DIGITS: i32 = 23;
export const KEY_WINDOW: i32 = 10;
export const KEY_DIGITS: i32 = 26;

/** The largest digit, and the number of entries of a row without entry 0. */
export function largestDigit(window: i32): i32 {
  return 1 << (window - 1);
}

/** Bytes of a row. */
export function rowSize(window: i32): i32 {
  return (largestDigit(window) + 1) * ENTRY;
}

/** Rows are made two at a time, i and i + half, one in each lane. If their number is odd, one more is made and not used. */
function halfOfRows(digits: i32): i32 {
  return (digits + 1) >> 1;
}

/** Bytes of a table, and eight more, because `addEntry` reads as many beyond an entry. */
export function tableSize(window: i32, digits: i32): i32 {
  return 2 * halfOfRows(digits) * rowSize(window) + 8;
}

/** Scratch space for the points of a row, in pairs. */
export const POINTS = memory.data(1024 * 320);

/** d of the curve, -121665 / 121666, in both lanes. */
const D = memory.data<i32>([
  // biome-ignore format: limbs
  -10913610, -10913610, 13857413, 13857413, -15372611, -15372611, 6949391, 6949391, 114729, 114729, -8787816,
  -8787816, -6275908, -6275908, -3247719, -3247719, -18696448, -18696448, -12055116, -12055116,
]);
/** 1 / 2 = 10 - 2^24 * 2^230 mod p, because 2^255 = 19. */
const HALF = memory.data<i32>([
  // biome-ignore format: limbs
  10, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -16777216, -16777216,
]);
const ONE = memory.data<i32>([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** Sets both lanes of p to the neutral point (0, 1). */
export function setNeutral(p: usize): void {
  memory.fill(p, 0, POINT);
  copy(p + Y, ONE);
  copy(p + Z, ONE);
}

/** Sets one lane of p, whose other lane is affine, to the point with the coordinates at `x` and `y`, 32 bytes each. */
function setAffine(p: usize, lane: i32, x: usize, y: usize): void {
  decodeElement(p + X, lane, x);
  decodeElement(p + Y, lane, y);
  mul(p + X, p + X, ONE);
  mul(p + Y, p + Y, ONE);
  mul(p + T, p + X, p + Y);
}

/** Makes both lanes of p affine: Z = 1. */
function makeAffine(p: usize): void {
  invertAll(p + Z, 1, POINT);
  mul(p + X, p + X, p + Z);
  mul(p + Y, p + Y, p + Z);
  mul(p + T, p + X, p + Y);
  copy(p + Z, ONE);
}

const HALF_OF_Z = memory.data(80);
const SUM = memory.data(80);
const DIFFERENCE = memory.data(80);
const PRODUCT = memory.data(80);

/** Stores p, in whose Z stands 1 / Z, as the entries at `a` (lane 0) and `b` (lane 1). */
function storeEntries(a: usize, b: usize, p: usize): void {
  mul(HALF_OF_Z, p + Z, HALF);
  add(SUM, p + Y, p + X);
  mul(SUM, SUM, HALF_OF_Z);
  sub(DIFFERENCE, p + Y, p + X);
  mul(DIFFERENCE, DIFFERENCE, HALF_OF_Z);
  mul(PRODUCT, p + T, p + Z);
  mul(PRODUCT, PRODUCT, D);
  for (let i = 0; i < 10; i++) {
    storeLimbs(a + 4 * i, b + 4 * i, SUM + 8 * i);
    storeLimbs(a + 40 + 4 * i, b + 40 + 4 * i, DIFFERENCE + 8 * i);
    storeLimbs(a + 80 + 4 * i, b + 80 + 4 * i, PRODUCT + 8 * i);
  }
}

function storeLimbs(a: usize, b: usize, limbs: usize): void {
  store<i32>(a, load<i32>(limbs));
  store<i32>(b, load<i32>(limbs, 4));
}

const BASE = memory.data(320);

/** Makes the table of the point with the affine coordinates at `x` and `y`. */
export function makeTable(table: usize, window: i32, digits: i32, x: usize, y: usize): void {
  const half = halfOfRows(digits);
  const row = rowSize(window);
  setNeutral(BASE);
  setAffine(BASE, 1, x, y);
  multiplyBase(window * half);
  setAffine(BASE, 0, x, y);
  for (let i = 0; i < half; i++) {
    makeTwoRows(table + i * row, table + (i + half) * row, largestDigit(window));
    multiplyBase(window);
  }
}

/** BASE = 2^n BASE, affine. */
function multiplyBase(n: i32): void {
  for (let i = 0; i < n; i++) double(BASE);
  makeAffine(BASE);
}

/** Makes the rows of the two points in BASE: each next point is the one before it plus entry 1. */
function makeTwoRows(a: usize, b: usize, count: i32): void {
  setNeutral(POINTS);
  storeEntries(a, b, POINTS);
  storeEntries(a + ENTRY, b + ENTRY, BASE);
  memory.copy(POINTS, BASE, POINT);
  for (let j = 1; j < count; j++) {
    const point = POINTS + j * POINT;
    memory.copy(point, point - POINT, POINT);
    addEntry(point, a, 1, b, 1);
  }
  invertAll(POINTS + Z, count, POINT);
  for (let j = 0; j < count; j++) storeEntries(a + (j + 1) * ENTRY, b + (j + 1) * ENTRY, POINTS + j * POINT);
}
