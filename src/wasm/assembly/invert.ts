import { copy, mul, PAIR } from "./field";

const T0 = memory.data(80);
const T1 = memory.data(80);
const T2 = memory.data(80);

/** h = f^(2^n), for n >= 1. */
function squareTimes(h: usize, f: usize, n: i32): void {
  mul(h, f, f);
  for (let i = 1; i < n; i++) mul(h, h, h);
}

/** h = 1 / f = f^(p - 2), where p - 2 = 2^255 - 21 (Fermat). f is reduced. 0 has no inverse: gives 0. */
export function invert(h: usize, f: usize): void {
  copy(T0, f);
  squareTimes(T1, T0, 1); // 2
  squareTimes(T2, T1, 2); // 8
  mul(T2, T2, T0); // 9
  mul(T0, T1, T2); // 11
  squareTimes(T1, T0, 1); // 22
  mul(T1, T1, T2); // 2^5 - 1
  squareTimes(T2, T1, 5);
  mul(T1, T2, T1); // 2^10 - 1
  squareTimes(T2, T1, 10);
  mul(T2, T2, T1); // 2^20 - 1
  copy(POWER_20, T2);
  squareTimes(T2, T2, 20);
  mul(T2, T2, POWER_20); // 2^40 - 1
  squareTimes(T2, T2, 10);
  mul(T1, T2, T1); // 2^50 - 1
  squareTimes(T2, T1, 50);
  mul(T2, T2, T1); // 2^100 - 1
  copy(POWER_100, T2);
  squareTimes(T2, T2, 100);
  mul(T2, T2, POWER_100); // 2^200 - 1
  squareTimes(T2, T2, 50);
  mul(T1, T2, T1); // 2^250 - 1
  squareTimes(T1, T1, 5);
  mul(h, T1, T0); // 2^255 - 21
}

const POWER_20 = memory.data(80);
const POWER_100 = memory.data(80);

/** The products of up to 1,024 pairs. */
const PREFIXES = memory.data(1024 * 80);

/**
 * Replaces `count` elements, `stride` bytes apart, by their inverses, with one inversion (Montgomery's trick). None may be 0.
 *
 * prefix[i] is the product of all elements before i. Going back, `inverse` is 1 / (prefix[i] z[i]): times prefix[i] it is
 * 1 / z[i], and times z[i] it is the inverse for the element before.
 */
export function invertAll(first: usize, count: i32, stride: i32): void {
  copy(PREFIXES, first);
  for (let i = 1; i < count; i++) mul(PREFIXES + i * PAIR, PREFIXES + (i - 1) * PAIR, first + i * stride);
  invert(INVERSE, PREFIXES + (count - 1) * PAIR);
  for (let i = count - 1; i > 0; i--) {
    const element = first + i * stride;
    mul(NEXT, INVERSE, element);
    mul(element, INVERSE, PREFIXES + (i - 1) * PAIR);
    copy(INVERSE, NEXT);
  }
  copy(first, INVERSE);
}

const INVERSE = memory.data(80);
const NEXT = memory.data(80);
