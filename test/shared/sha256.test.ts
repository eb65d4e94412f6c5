import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256, sha256Portable } from "../../src/shared/sha256.js";

const expected = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

describe("sha256", () => {
  it("is Node's, with and without Node, at every length around its blocks", () => {
    for (let length = 0; length <= 260; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 131 + length) & 255);
      expect(sha256Portable(bytes), String(length)).toBe(expected(bytes));
    }
    expect(sha256("grüße \u{1f600}")).toBe(expected("grüße \u{1f600}"));
  });

  it("is Node's for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_000 }), (bytes) => {
        expect(sha256Portable(bytes)).toBe(expected(bytes));
        expect(sha256(bytes)).toBe(expected(bytes));
      }),
    );
  });
});
