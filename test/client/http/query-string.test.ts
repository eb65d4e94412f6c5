import { describe, expect, it } from "vitest";
import { serializeQuery } from "../../../src/client/http/query-string.js";

describe("serializeQuery", () => {
  it("nests in brackets, leaves out what has no value, joins lists with commas, and encodes the rest", () => {
    expect(serializeQuery({})).toBe("");
    expect(serializeQuery({ a: undefined, b: null, c: "", d: 0, e: false })).toBe("c=&d=0&e=false");
    expect(
      serializeQuery({ filter: { ts: { gte: "2026-01-01T00:00:00Z", lte: undefined }, x: { y: { z: 1 } } } }),
    ).toBe("filter[ts][gte]=2026-01-01T00%3A00%3A00Z&filter[x][y][z]=1");
    expect(serializeQuery({ ids: ["a", "b&c"], "x&y=": "é" })).toBe("ids=a%2Cb%26c&x%26y%3D=%C3%A9");
  });
});
