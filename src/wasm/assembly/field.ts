/**
 * Arithmetic modulo p = 2^255 - 19, for two elements at once.
 *
 * An element has ten limbs, of 26 and 25 bits in turn: f = l0 + 2^26 l1 + 2^51 l2 + 2^77 l3 + ... A pair of elements, a and b,
 * is five vectors of four i32: [even limb of a, even limb of b, odd limb of a, odd limb of b]. Limb i of one lane is at
 * `pair + 8 * i + 4 * lane`.
 *
 * Limbs are signed. An element is *reduced* if |even limb| <= 2^25 and |odd limb| <= 2^24 + 2^15, as `mul` returns it. Sums and
 * differences are not carried: one of n reduced elements has *n terms*, and its limbs are n times as large at most.
 */

/** Bytes of a pair of elements. */
export const PAIR: i32 = 80;

/** h = f + g. */
export function add(h: usize, f: usize, g: usize): void {
  v128.store(h, i32x4.add(v128.load(f, 0), v128.load(g, 0)), 0);
  v128.store(h, i32x4.add(v128.load(f, 16), v128.load(g, 16)), 16);
  v128.store(h, i32x4.add(v128.load(f, 32), v128.load(g, 32)), 32);
  v128.store(h, i32x4.add(v128.load(f, 48), v128.load(g, 48)), 48);
  v128.store(h, i32x4.add(v128.load(f, 64), v128.load(g, 64)), 64);
}

/** h = f - g. */
export function sub(h: usize, f: usize, g: usize): void {
  v128.store(h, i32x4.sub(v128.load(f, 0), v128.load(g, 0)), 0);
  v128.store(h, i32x4.sub(v128.load(f, 16), v128.load(g, 16)), 16);
  v128.store(h, i32x4.sub(v128.load(f, 32), v128.load(g, 32)), 32);
  v128.store(h, i32x4.sub(v128.load(f, 48), v128.load(g, 48)), 48);
  v128.store(h, i32x4.sub(v128.load(f, 64), v128.load(g, 64)), 64);
}

/** h = f. */
export function copy(h: usize, f: usize): void {
  memory.copy(h, f, PAIR);
}

/** The products of the even limbs, as two i64. */
function lo(f: v128, g: v128): v128 {
  return i64x2.extmul_low_i32x4_s(f, g);
}

/** The products of the odd limbs, as two i64. */
function hi(f: v128, g: v128): v128 {
  return i64x2.extmul_high_i32x4_s(f, g);
}

/** The even limbs plus the odd ones, in all four places. */
function folded(f: v128): v128 {
  return i32x4.add(f, v128.shuffle<i32>(f, f, 2, 3, 0, 1));
}

function times19(f: v128): v128 {
  return i32x4.mul(f, v128.load(NINETEEN));
}

/** 19 = 16 + 2 + 1. V8 multiplies i64 lanes slowly. */
function wideTimes19(f: v128): v128 {
  return i64x2.add(i64x2.add(i64x2.shl(f, 4), i64x2.shl(f, 1)), f);
}

function sum(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  return i64x2.add(i64x2.add(i64x2.add(a, b), i64x2.add(c, d)), e);
}

/** An even column: a + 2 b, plus the carry of the column before, plus the bias. */
function even(a: v128, b: v128, carry: v128, bias: usize): v128 {
  return i64x2.add(i64x2.add(i64x2.add(a, i64x2.shl(b, 1)), carry), v128.load(bias));
}

/** An odd column: m - a - b, plus the carry of the column before, plus the bias. */
function odd(m: v128, a: v128, b: v128, carry: v128): v128 {
  return i64x2.add(i64x2.add(i64x2.sub(i64x2.sub(m, a), b), carry), v128.load(ODD));
}

/** Constants come from memory: V8 makes a vector constant of three instructions at each use (34 ns a product, 29 so). */
const NINETEEN = memory.data<i32>([19, 19, 19, 19]);
const MASK_26 = memory.data<i64>([0x3ffffff, 0x3ffffff]);
const MASK_25 = memory.data<i64>([0x1ffffff, 0x1ffffff]);
const MASKS = memory.data<i32>([0x3ffffff, 0x3ffffff, 0x1ffffff, 0x1ffffff]);
const HALVES = memory.data<i32>([0x2000000, 0x2000000, 0x1000000, 0x1000000]);
/**
 * The bias of limb 0, of the other even limbs, and of the odd ones: the limbs of p, 2^26 - 19, 2^26 - 1 and 2^25 - 1, times 2^35, so
 * that every column is positive; and half a limb, 2^25 or 2^24, so that cutting the column below rounds it to the nearest.
 */
const EVEN_0 = memory.data<i64>([0x1fffff6802000000, 0x1fffff6802000000]);
const EVEN = memory.data<i64>([0x1ffffff802000000, 0x1ffffff802000000]);
const ODD = memory.data<i64>([0x0ffffff801000000, 0x0ffffff801000000]);

/** Stores an even and an odd column, cut to 26 and 25 bits, minus the halves of the bias. */
function store2(h: usize, e: v128, o: v128): void {
  const limbs = v128.and(v128.shuffle<i32>(e, o, 0, 2, 4, 6), v128.load(MASKS));
  v128.store(h, i32x4.sub(limbs, v128.load(HALVES)));
}

/**
 * h = f g, reduced. f may have three terms and g two; h may be f or g.
 *
 * With y = 2^51, f = E + 2^26 O and g = E' + 2^26 O', where E, O, E' and O' are polynomials in y of degree 4, and y^5 = 2^255 = 19:
 *
 *     f g = A + 2 y B + 2^26 (M - A - B),   A = E E',  B = O O',  M = (E + O)(E' + O')      (Karatsuba)
 *
 * Bounds. With t = 2^25 for a limb of one term: |E| <= 3 t, |E'| <= 2 t, |O|, |O'| half of that and 2^17. So 19 (E' + O') is below
 * 19 * 3 t + 2^21 < 2^31: an i32. A column of A has at most 1 + 4 * 19 = 77 products of 6 t^2: |A| < 2^58.9; of B, a quarter:
 * 2 |B| < 2^57.9; 38 times column 4 of B, which has no 19 in it: < 2^58.2. An even column is below 2^59.5, so EVEN > 2^60.9 keeps it
 * positive. The odd column is the sum of E O' and O E', below 2^58.9 (M - A - B wraps on the way, and comes back): ODD > 2^59.9
 * keeps it positive. With the bias and the carry, every column is between 0 and 2^61.3.
 *
 * The carry out of limb 9 is below 2^36.3, 19 times that below 2^40.6, and what h0 hands on to h1 below 2^14.7: within the 2^15 of
 * "reduced". The columns are carried in order, each as soon as it is known: few values stay alive, so the compiler spills less.
 */
export function mul(h: usize, f: usize, g: usize): void {
  const f0 = v128.load(f, 0);
  const f1 = v128.load(f, 16);
  const f2 = v128.load(f, 32);
  const f3 = v128.load(f, 48);
  const f4 = v128.load(f, 64);
  const g0 = v128.load(g, 0);
  const g1 = v128.load(g, 16);
  const g2 = v128.load(g, 32);
  const g3 = v128.load(g, 48);
  const g4 = v128.load(g, 64);
  const G1 = times19(g1);
  const G2 = times19(g2);
  const G3 = times19(g3);
  const G4 = times19(g4);
  const s0 = folded(f0);
  const s1 = folded(f1);
  const s2 = folded(f2);
  const s3 = folded(f3);
  const s4 = folded(f4);
  const t0 = folded(g0);
  const t1 = folded(g1);
  const t2 = folded(g2);
  const t3 = folded(g3);
  const t4 = folded(g4);
  const T1 = times19(t1);
  const T2 = times19(t2);
  const T3 = times19(t3);
  const T4 = times19(t4);

  const b4 = sum(hi(f0, g4), hi(f1, g3), hi(f2, g2), hi(f3, g1), hi(f4, g0));
  const a0 = sum(lo(f0, g0), lo(f1, G4), lo(f2, G3), lo(f3, G2), lo(f4, G1));
  let h0 = i64x2.add(i64x2.add(a0, i64x2.shl(wideTimes19(b4), 1)), v128.load(EVEN_0));
  const b0 = sum(hi(f0, g0), hi(f1, G4), hi(f2, G3), hi(f3, G2), hi(f4, G1));
  const m0 = sum(lo(s0, t0), lo(s1, T4), lo(s2, T3), lo(s3, T2), lo(s4, T1));
  let h1 = odd(m0, a0, b0, i64x2.shr_u(h0, 26));
  h0 = v128.and(h0, v128.load(MASK_26));

  const a1 = sum(lo(f0, g1), lo(f1, g0), lo(f2, G4), lo(f3, G3), lo(f4, G2));
  const h2 = even(a1, b0, i64x2.shr_u(h1, 25), EVEN);
  h1 = v128.and(h1, v128.load(MASK_25));
  const b1 = sum(hi(f0, g1), hi(f1, g0), hi(f2, G4), hi(f3, G3), hi(f4, G2));
  const m1 = sum(lo(s0, t1), lo(s1, t0), lo(s2, T4), lo(s3, T3), lo(s4, T2));
  const h3 = odd(m1, a1, b1, i64x2.shr_u(h2, 26));

  const a2 = sum(lo(f0, g2), lo(f1, g1), lo(f2, g0), lo(f3, G4), lo(f4, G3));
  const h4 = even(a2, b1, i64x2.shr_u(h3, 25), EVEN);
  const b2 = sum(hi(f0, g2), hi(f1, g1), hi(f2, g0), hi(f3, G4), hi(f4, G3));
  const m2 = sum(lo(s0, t2), lo(s1, t1), lo(s2, t0), lo(s3, T4), lo(s4, T3));
  const h5 = odd(m2, a2, b2, i64x2.shr_u(h4, 26));

  const a3 = sum(lo(f0, g3), lo(f1, g2), lo(f2, g1), lo(f3, g0), lo(f4, G4));
  const h6 = even(a3, b2, i64x2.shr_u(h5, 25), EVEN);
  const b3 = sum(hi(f0, g3), hi(f1, g2), hi(f2, g1), hi(f3, g0), hi(f4, G4));
  const m3 = sum(lo(s0, t3), lo(s1, t2), lo(s2, t1), lo(s3, t0), lo(s4, T4));
  const h7 = odd(m3, a3, b3, i64x2.shr_u(h6, 26));

  const a4 = sum(lo(f0, g4), lo(f1, g3), lo(f2, g2), lo(f3, g1), lo(f4, g0));
  const h8 = even(a4, b3, i64x2.shr_u(h7, 25), EVEN);
  const m4 = sum(lo(s0, t4), lo(s1, t3), lo(s2, t2), lo(s3, t1), lo(s4, t0));
  const h9 = odd(m4, a4, b4, i64x2.shr_u(h8, 26));

  const top = i64x2.shr_u(h9, 25);
  h0 = i64x2.add(h0, wideTimes19(top));
  h1 = i64x2.add(h1, i64x2.shr_u(h0, 26));
  // h1 is not cut again: its slack is the 2^15 above.
  const even0 = v128.and(h0, v128.load(MASK_26));
  const limbs = v128.shuffle<i32>(even0, h1, 0, 2, 4, 6);
  v128.store(h, i32x4.sub(limbs, v128.load(HALVES)));
  store2(h + 16, h2, h3);
  store2(h + 32, h4, h5);
  store2(h + 48, h6, h7);
  store2(h + 64, h8, h9);
}
