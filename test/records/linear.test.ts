import { describe, expect, it } from "vitest";
import { formatCef, parseCef } from "../../src/records/index.js";
import { hostile } from "../support/hostile.js";
import { growth } from "../support/linear.js";

function attempt(run: () => unknown): void {
  try {
    run();
  } catch {
    // Refusing must be quick, too.
  }
}

describe("the time of parseCef grows with the length of the line only", () => {
  for (const [name, make] of Object.entries(hostile)) {
    it.each([false, true])(`on ${name}, strict %s`, (strict) => {
      const ratio = growth((size) => {
        const line = Buffer.from(make(size)).toString();
        return () => attempt(() => parseCef(line, { strict }));
      });
      expect(ratio).toBeLessThan(24);
    });
  }

  it("in formatCef, too", () => {
    const record = parseCef("CEF:0|a|b|c|d|e|1|");
    const ratio = growth((size) => {
      const extensions = { a: "\\= \n".repeat(size / 4), b: `${" ".repeat(size)}x` };
      return () => void formatCef({ ...record, prefix: `x${" CEF:0".repeat(size / 6)}`, extensions });
    });
    expect(ratio).toBeLessThan(24);
  });
});
