import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * Runs the source of the engine's arithmetic with bounds instead of numbers: every limb is an interval. What may overflow an i32, or
 * become negative where it is shifted, throws.
 *
 * A product of limbs is kept as a sum of terms, coefficient times limb times limb, because Karatsuba's M - A - B cancels: intervals
 * alone would be too wide.
 */
export interface Interval {
  low: bigint;
  high: bigint;
}

/** A number as a sum of terms plus an interval. A term is a product of up to two limbs. */
interface Form extends Interval {
  terms: Map<string, { factor: bigint; limbs: Interval[] }>;
}
type Vector = { i32: Form[] } | { i64: Form[] };

const constant = (value: bigint): Form => ({ low: value, high: value, terms: new Map() });
const interval = ({ low, high }: Interval): Form => ({ low, high, terms: new Map() });

function product(a: Interval, b: Interval): Interval {
  const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  const [low = 0n, , , high = 0n] = corners.sort((x, y) => (x < y ? -1 : 1));
  return { low, high };
}

/** The bounds of a form. */
function bounds({ low, high, terms }: Form): Interval {
  const total = { low, high };
  for (const { factor, limbs } of terms.values()) {
    const one = [...limbs, { low: factor, high: factor }].reduce(product);
    total.low += one.low;
    total.high += one.high;
  }
  return total;
}

function sum(a: Form, b: Form, sign = 1n): Form {
  const terms = new Map(a.terms);
  for (const [name, { factor, limbs }] of b.terms) {
    const both = (terms.get(name)?.factor ?? 0n) + sign * factor;
    if (both === 0n) terms.delete(name);
    else terms.set(name, { factor: both, limbs });
  }
  const [low, high] = sign === 1n ? [b.low, b.high] : [-b.high, -b.low];
  return { low: a.low + low, high: a.high + high, terms };
}

function scaled(a: Form, by: bigint): Form {
  const terms = new Map([...a.terms].map(([name, term]) => [name, { ...term, factor: by * term.factor }]));
  return { low: by * a.low, high: by * a.high, terms };
}

/** The product of two sums of limbs. */
function times(a: Form, b: Form): Form {
  const terms: Form["terms"] = new Map();
  for (const [x, s] of a.terms)
    for (const [y, t] of b.terms) {
      const name = [x, y].join("*");
      const factor = (terms.get(name)?.factor ?? 0n) + s.factor * t.factor;
      terms.set(name, { factor, limbs: [...s.limbs, ...t.limbs] });
    }
  return { low: 0n, high: 0n, terms };
}

function i32(form: Form): Form {
  const { low, high } = bounds(form);
  if (low < -(2n ** 31n) || high >= 2n ** 31n) throw new Error(`an i32 may be ${low} to ${high}`);
  return form;
}

function unsigned(form: Form): Interval {
  const { low, high } = bounds(form);
  if (low < 0n || high >= 2n ** 63n) throw new Error(`a column may be ${low} to ${high}`);
  return { low, high };
}

/** The operations of the engine that a test runs, and its memory. */
export async function loadIntervals() {
  /** i32 by address. */
  const words = new Map<number, Interval>();
  /** Constants of i64. */
  const wide = new Map<number, bigint[]>();
  const fixed = new Map<number, bigint>();
  let free = 1_000_000;
  let loads = 0;
  const narrow = (vector: Vector): Form[] => {
    if ("i32" in vector) return vector.i32;
    // The low half of each i64, and its high half, which nothing uses.
    return vector.i64.flatMap((form) => {
      const { low, high } = bounds(form);
      const any = { low: -(2n ** 31n), high: 2n ** 31n - 1n };
      return [interval(low >= 0n && high <= any.high ? { low, high } : any), interval(any)];
    });
  };
  const both = (a: Vector, b: Vector, run: (x: Form, y: Form) => Form) => ({
    i32: narrow(a).map((x, i) => i32(run(x, narrow(b)[i]!))),
  });
  const wideBoth = (a: Vector, b: Vector, run: (x: Form, y: Form) => Form) => ({
    i64: (a as { i64: Form[] }).i64.map((x, i) => run(x, (b as { i64: Form[] }).i64[i]!)),
  });
  const extended = (a: Vector, b: Vector, from: number) => ({
    i64: [0, 1].map((i) => times(narrow(a)[from + i]!, narrow(b)[from + i]!)),
  });
  /** A limb of its own, so that products of it can cancel. */
  const limb = (address: number): Form => {
    const value = fixed.get(address);
    if (value !== undefined) return constant(value);
    const found = words.get(address);
    if (found === undefined) throw new Error(`nothing was stored at ${address}`);
    return { low: 0n, high: 0n, terms: new Map([[`${loads}@${address}`, { factor: 1n, limbs: [found] }]]) };
  };
  const globals = {
    v128: {
      load: (pointer: number, offset = 0): Vector => {
        const address = pointer + offset;
        loads++;
        const constants = wide.get(address);
        if (constants !== undefined) return { i64: constants.map(constant) };
        return { i32: [0, 4, 8, 12].map((at) => limb(address + at)) };
      },
      store: (pointer: number, vector: Vector, offset = 0) => {
        for (const [i, form] of narrow(vector).entries()) words.set(pointer + offset + 4 * i, bounds(form));
      },
      shuffle: (a: Vector, b: Vector, ...lanes: number[]): Vector => {
        const all = [...narrow(a), ...narrow(b)];
        return { i32: lanes.map((lane) => all[lane]!) };
      },
      and: (_: Vector, mask: Vector): Vector => {
        const cut = (bits: Form) => interval({ low: 0n, high: bits.high });
        return "i64" in mask ? { i64: mask.i64.map(cut) } : { i32: narrow(mask).map(cut) };
      },
      /** With a mask of zeros or ones: the number, or its complement. */
      xor: (a: Vector, _: Vector): Vector => ({
        i32: narrow(a).map((form) => {
          const { low, high } = bounds(form);
          const [least = 0n, , , most = 0n] = [low, high, -high - 1n, -low - 1n].sort((x, y) =>
            x < y ? -1 : 1,
          );
          return interval({ low: least, high: most });
        }),
      }),
      or: (a: Vector, _: Vector) => a,
    },
    i32x4: {
      add: (a: Vector, b: Vector) => both(a, b, (x, y) => sum(x, y)),
      sub: (a: Vector, b: Vector) => both(a, b, (x, y) => sum(x, y, -1n)),
      mul: (a: Vector, b: Vector) => both(a, b, (x, y) => scaled(x, y.low)),
      splat: (value: number): Vector => ({ i32: Array.from({ length: 4 }, () => constant(BigInt(value))) }),
    },
    i64x2: {
      extmul_low_i32x4_s: (a: Vector, b: Vector) => extended(a, b, 0),
      extmul_high_i32x4_s: (a: Vector, b: Vector) => extended(a, b, 2),
      add: (a: Vector, b: Vector) => wideBoth(a, b, (x, y) => sum(x, y)),
      sub: (a: Vector, b: Vector) => wideBoth(a, b, (x, y) => sum(x, y, -1n)),
      shl: (a: { i64: Form[] }, bits: number) => ({ i64: a.i64.map((x) => scaled(x, 2n ** BigInt(bits))) }),
      shr_u: (a: { i64: Form[] }, bits: number) => ({
        i64: a.i64.map((x) => {
          const { low, high } = unsigned(x);
          return interval({ low: low >> BigInt(bits), high: high >> BigInt(bits) });
        }),
      }),
    },
    memory: {
      data: (given: number | number[]) => {
        const address = free;
        free += 1_024;
        if (typeof given === "number") return address;
        if (given.length === 2) wide.set(address, given.map(BigInt));
        else for (const [i, value] of given.entries()) fixed.set(address + 4 * i, BigInt(value));
        return address;
      },
    },
    abs: Math.abs,
  };
  const { outputFiles } = await build({
    stdin: {
      contents: 'export { mul } from "./field"; export { addEntry, double } from "./point";',
      resolveDir: fileURLToPath(new URL("../../src/wasm/assembly", import.meta.url)),
    },
    ...{ bundle: true, format: "cjs", write: false },
    tsconfigRaw: {},
  });
  // i64 constants are exact as BigInt only.
  const code = outputFiles[0]!.text.replace(/0x[\da-f]{14,}|\d{16,}/g, (digits) => `${digits}n`);
  const module = {
    exports: {} as Record<"mul" | "addEntry" | "double", (...numbers: number[]) => void>,
  };
  new Function("module", ...Object.keys(globals), code)(module, ...Object.values(globals));
  return { ...module.exports, words };
}
