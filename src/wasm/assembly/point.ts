import { add, mul, PAIR, sub } from "./field";

/**
 * Pairs of points of Ed25519, -x^2 + y^2 = 1 + d x^2 y^2, in extended coordinates: x = X / Z, y = Y / Z, T = X Y / Z. The formulas
 * are complete: they hold for every two points of the curve, equal, opposite and neutral ones too (Hisil, Wong, Carter, Dawson,
 * "Twisted Edwards Curves Revisited", 2008, 3.1, and Bernstein, Lange, "Faster addition and doubling on elliptic curves", 2007).
 */
export const X: i32 = 0;
export const Y: i32 = PAIR;
export const Z: i32 = 2 * PAIR;
export const T: i32 = 3 * PAIR;
/** Bytes of a pair of points. */
export const POINT: i32 = 4 * PAIR;

/**
 * An entry of a table is one affine point, as ((y + x) / 2, (y - x) / 2, d x y): three reduced elements of ten i32, one lane each.
 * Halved, so that Z need not be doubled.
 */
export const ENTRY: i32 = 120;

const A = memory.data(80);
const B = memory.data(80);
const C = memory.data(80);
const E = memory.data(80);
const F = memory.data(80);
const G = memory.data(80);
const H = memory.data(80);

/** One element from each of two entries, side by side. Reads eight bytes beyond each element. */
function gather(pair: usize, a: usize, b: usize): void {
  gatherFour(pair, v128.load(a), v128.load(b));
  gatherFour(pair + 32, v128.load(a, 16), v128.load(b, 16));
  v128.store(pair, v128.shuffle<i32>(v128.load(a, 32), v128.load(b, 32), 0, 4, 1, 5), 64);
}

function gatherFour(pair: usize, u: v128, v: v128): void {
  v128.store(pair, v128.shuffle<i32>(u, v, 0, 4, 1, 5));
  v128.store(pair, v128.shuffle<i32>(u, v, 2, 6, 3, 7), 16);
}

/** Negates f in the lanes in which `mask` is all ones: (f ^ -1) - -1 = -f. */
function negateWhere(f: usize, mask: v128): void {
  v128.store(f, i32x4.sub(v128.xor(v128.load(f, 0), mask), mask), 0);
  v128.store(f, i32x4.sub(v128.xor(v128.load(f, 16), mask), mask), 16);
  v128.store(f, i32x4.sub(v128.xor(v128.load(f, 32), mask), mask), 32);
  v128.store(f, i32x4.sub(v128.xor(v128.load(f, 48), mask), mask), 48);
  v128.store(f, i32x4.sub(v128.xor(v128.load(f, 64), mask), mask), 64);
}

/**
 * p = p + (da * entry of a, db * entry of b): to each lane, adds or subtracts an entry. `a` and `b` are the rows of a table for one
 * digit, da and db the digits, which say which entry; a negative one subtracts it: -(x, y) is (-x, y), which swaps the first
 * two members of an entry and negates the third. Entry 0 is the neutral point, so no digit needs a branch.
 *
 * Coordinates of p are reduced before and after. Every operand of `mul` has at most two terms.
 */
export function addEntry(p: usize, a: usize, da: i32, b: usize, db: i32): void {
  const entryA = a + <usize>abs(da) * ENTRY;
  const entryB = b + <usize>abs(db) * ENTRY;
  const swapA: usize = da < 0 ? 40 : 0;
  const swapB: usize = db < 0 ? 40 : 0;
  gather(A, entryA + swapA, entryB + swapB);
  gather(B, entryA + 40 - swapA, entryB + 40 - swapB);
  gather(C, entryA + 80, entryB + 80);
  negateWhere(C, v128.shuffle<i32>(i32x4.splat(da >> 31), i32x4.splat(db >> 31), 0, 4, 0, 4));
  add(H, p + Y, p + X);
  sub(E, p + Y, p + X);
  mul(A, H, A);
  mul(B, E, B);
  mul(C, p + T, C);
  sub(E, A, B);
  add(H, A, B);
  sub(F, p + Z, C);
  add(G, p + Z, C);
  mul(p + X, E, F);
  mul(p + Y, G, H);
  mul(p + Z, F, G);
  mul(p + T, E, H);
}

const SINK = memory.data(16);

/** Loads the cache lines of an entry. */
export function touch(row: usize, digit: i32): void {
  const entry = row + abs(digit) * ENTRY;
  v128.store(SINK, v128.or(v128.or(v128.load(entry), v128.load(entry, 60)), v128.load(entry, 104)));
}

/**
 * p = 2 p ("dbl-2008-hwcd" of Hisil and others, with F and H negated, which negates all four coordinates). E = 2 X Y and C = 2 Z^2
 * are products, so they have one term; only F has three, and is a first operand.
 */
export function double(p: usize): void {
  mul(A, p + X, p + X);
  mul(B, p + Y, p + Y);
  add(C, p + Z, p + Z);
  mul(C, C, p + Z);
  add(E, p + X, p + X);
  mul(E, E, p + Y);
  sub(G, B, A);
  sub(F, C, G);
  add(H, A, B);
  mul(p + X, F, E);
  mul(p + Y, G, H);
  mul(p + Z, F, G);
  mul(p + T, E, H);
}
