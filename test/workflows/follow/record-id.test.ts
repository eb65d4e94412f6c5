import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { recordId } from "../../../src/workflows/follow/record-id.js";

const half = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);

describe("recordId", () => {
  it("is half of the SHA-256 of the members, sorted by name at every depth", async () => {
    expect(await recordId({ b: [1, { d: "x", c: null }], a: true })).toBe(
      half('{"a":true,"b":[1,{"c":null,"d":"x"}]}'),
    );
    expect(await recordId({})).toBe(half("{}"));
    expect(await recordId({ a: [], "": 0 })).toBe(half('{"":0,"a":[]}'));
    expect(await recordId({ a: undefined, b: "ä" })).toBe(half('{"a":null,"b":"ä"}'));
  });

  it("depends on the order of arrays, not on that of members", async () => {
    expect(await recordId({ a: 1, b: 2, c: 3 })).toBe(await recordId({ c: 3, a: 1, b: 2 }));
    expect(await recordId({ a: [1, 2] })).not.toBe(await recordId({ a: [2, 1] }));
    expect(await recordId({ a: "1" })).not.toBe(await recordId({ a: 1 }));
  });
});
