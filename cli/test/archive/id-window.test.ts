import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IdWindow } from "../../src/archive/id-window.js";

const id = (text: unknown) => createHash("sha256").update(String(text)).digest("hex");
/** Ids that begin with the same words, and so meet in the table. */
const crowded = (number: number) =>
  `0000000${number % 4}${"0".repeat(16)}${number.toString(16).padStart(8, "0")}${"f".repeat(32)}`;

describe("IdWindow", () => {
  it.each([
    ["spread", id],
    ["crowded", crowded],
  ] as const)("knows exactly the last ids, like a Set that forgets its oldest, with %s ids", (_, make) => {
    const numbers = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 300 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), numbers, (window, adds) => {
        const ids = new IdWindow(window);
        const model = new Set<string>();
        for (const number of adds) {
          const one = make(number);
          ids.add(one);
          model.add(one);
          if (model.size > window) model.delete(model.values().next().value!);
          expect(ids.size).toBe(model.size);
        }
        for (let number = 0; number <= 60; number++)
          expect(ids.has(make(number))).toBe(model.has(make(number)));
      }),
      { numRuns: 200 },
    );
  });

  it("grows to its window, and remembers a million ids in at most 40 MB", () => {
    globalThis.gc?.();
    const before = process.memoryUsage().arrayBuffers;
    const ids = new IdWindow(1_000_000);
    for (let number = 0; number < 1_100_000; number++) ids.add(id(number));
    expect(ids.size).toBe(1_000_000);
    for (const number of [100_000, 555_555, 1_099_999]) expect(ids.has(id(number))).toBe(true);
    for (const number of [0, 99_999, 1_100_000]) expect(ids.has(id(number))).toBe(false);
    // Arrays of smaller capacities may not be collected yet.
    expect((process.memoryUsage().arrayBuffers - before) / 2).toBeLessThan(40e6);
  });
});
