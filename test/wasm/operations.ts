import { compile } from "../../etc/assembly.mjs";
import type { Random } from "../../src/testing/random.js";

/** The inner operations of the engine, exported for tests. */
const ENTRY = `
export { add, mul, sub } from "./field";
export { invert, invertAll } from "./invert";
export { decodeElement, encodeElement } from "./bytes";
export { addEntry, double } from "./point";
export { makeTable, setNeutral, tableSize } from "./table";
export { recode, reduce } from "./scalar";
export { hash } from "./sha512";
export function base(): usize { return (__heap_base + 15) & ~15; }
`;

type Operation = (...numbers: number[]) => number;

export interface Operations {
  wasm: Record<
    | "add"
    | "mul"
    | "sub"
    | "invert"
    | "invertAll"
    | "decodeElement"
    | "encodeElement"
    | "addEntry"
    | "double"
    | "makeTable"
    | "setNeutral"
    | "tableSize"
    | "recode"
    | "reduce"
    | "hash",
    Operation
  >;
  /** The addresses of places of 4 kB each. */
  place: (n: number) => number;
  memory: WebAssembly.Memory;
  bytes(address: number, length: number): Uint8Array;
  /** Writes limbs into both lanes of a pair. */
  writeLimbs(pair: number, a: readonly number[], b: readonly number[]): void;
  readLimbs(pair: number, lane: 0 | 1): number[];
}

export async function loadOperations(): Promise<Operations> {
  const binary = await compile("operations.ts", { "operations.ts": ENTRY });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary));
  const wasm = exports as unknown as Operations["wasm"] & { memory: WebAssembly.Memory; base(): number };
  const { memory } = wasm;
  memory.grow(64);
  const view = () => new DataView(memory.buffer);
  return {
    wasm,
    memory,
    place: (n) => wasm.base() + 4_096 * n,
    bytes: (address, length) => new Uint8Array(memory.buffer, address, length),
    writeLimbs(pair, a, b) {
      for (let i = 0; i < 10; i++) {
        view().setInt32(pair + 8 * i, a[i]!, true);
        view().setInt32(pair + 8 * i + 4, b[i]!, true);
      }
    },
    readLimbs: (pair, lane) =>
      Array.from({ length: 10 }, (_, i) => view().getInt32(pair + 8 * i + 4 * lane, true)),
  };
}

/** The number that limbs stand for: limb i is at bit 0, 26, 51, 77 ... */
export function numberOf(limbs: readonly number[]): bigint {
  return limbs.reduceRight((sum, limb, i) => (sum << (i % 2 === 0 ? 26n : 25n)) + BigInt(limb), 0n);
}

/** The largest limb of a reduced element: of an even place, and of an odd one. */
export const LARGEST = [2 ** 25, 2 ** 24 + 2 ** 15] as const;

/** Limbs of an element with a number of terms: at the bounds, near them, small, or anything between. */
export function randomLimbs(random: Random, terms: number): number[] {
  return Array.from({ length: 10 }, (_, i) => {
    const most = terms * LARGEST[i % 2]!;
    const near = Math.floor(random.next() * 3);
    const sign = random.next() < 0.5 ? -1 : 1;
    switch (Math.floor(random.next() * 4)) {
      case 0:
        return sign * (most - near);
      case 1:
        return sign * near;
      default:
        return Math.floor((random.next() * 2 - 1) * most);
    }
  });
}
