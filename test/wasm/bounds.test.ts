import { describe, expect, it } from "vitest";
import { type Interval, loadIntervals } from "./intervals.js";

/** The bounds of a reduced element of the engine (src/wasm/assembly/field.ts), for its even and its odd limbs. */
const REDUCED = [2n ** 25n, 2n ** 24n + 2n ** 15n];
const LIMBS = Array.from({ length: 10 }, (_, i) => i);

/** Writes elements with limbs of up to so many terms at an address; both lanes, if they are a pair. */
function write(words: Map<number, Interval>, at: number, terms: bigint, lanes: 1 | 2) {
  for (const i of LIMBS)
    for (let lane = 0; lane < lanes; lane++) {
      const most = terms * REDUCED[i % 2]!;
      words.set(at + 4 * lanes * i + 4 * lane, { low: -most, high: most });
    }
}

function expectReduced(words: Map<number, Interval>, at: number) {
  for (const i of LIMBS)
    for (const lane of [0, 1]) {
      const { low, high } = words.get(at + 8 * i + 4 * lane)!;
      const most = REDUCED[i % 2]!;
      expect(low >= -most && high <= most, `limb ${i}: ${low} to ${high}`).toBe(true);
    }
}

describe("no limb of the engine overflows, whatever its input", () => {
  it("in a product of three terms and two, which is reduced", async () => {
    const { mul, words } = await loadIntervals();
    write(words, 0, 3n, 2);
    write(words, 80, 2n, 2);
    mul(160, 0, 80);
    expectReduced(words, 160);
  });

  it.each([
    [9n, 2n],
    [3n, 4n],
  ])("and a product of %i terms and %i is found out", async (first, second) => {
    const { mul, words } = await loadIntervals();
    write(words, 0, first, 2);
    write(words, 80, second, 2);
    expect(() => mul(160, 0, 80)).toThrow(/may be/);
  });

  it("in the double of a point, which is reduced", async () => {
    const { double, words } = await loadIntervals();
    for (let member = 0; member < 4; member++) write(words, 80 * member, 1n, 2);
    double(0);
    for (let member = 0; member < 4; member++) expectReduced(words, 80 * member);
  });

  it.each([
    [3, 5],
    [-3, 5],
    [-3, -5],
    [0, 0],
  ])("in the sum of a point and the entries of a table for the digits %i and %i", async (a, b) => {
    const { addEntry, words } = await loadIntervals();
    for (let member = 0; member < 4; member++) write(words, 80 * member, 1n, 2);
    for (let entry = 0; entry < 8; entry++)
      for (let member = 0; member < 3; member++) {
        for (const table of [10_000, 20_000]) write(words, table + 120 * entry + 40 * member, 1n, 1);
      }
    // What is read beyond the last entry, and not used.
    for (const table of [10_000, 20_000])
      for (const at of [0, 4, 8, 12]) words.set(table + 120 * 8 + at, { low: 0n, high: 0n });
    addEntry(0, 10_000, a, 20_000, b);
    for (let member = 0; member < 4; member++) expectReduced(words, 80 * member);
  });
});
