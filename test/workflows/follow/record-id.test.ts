import { createHash } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { RecordIds } from "../../../src/workflows/follow/record-id.js";

const expected = (text: string) => createHash("sha256").update(text).digest("base64url").slice(0, 10);
const recordId = (record: object) => new RecordIds().of(record);
afterEach(() => void vi.restoreAllMocks());

describe("RecordIds", () => {
  it("is 60 bits of the SHA-256 of the members, sorted by name at every depth", () => {
    expect(recordId({ b: [1, { d: "x", c: null }], a: true })).toBe(
      expected('{"a":true,"b":[1,{"c":null,"d":"x"}]}'),
    );
    expect(recordId({})).toBe(expected("{}"));
    expect(recordId({ a: [], "": 0 })).toBe(expected('{"":0,"a":[]}'));
    expect(recordId({ a: undefined, b: "ä" })).toBe(expected('{"a":null,"b":"ä"}'));
  });

  it("depends on the order of arrays, not on that of members", () => {
    expect(recordId({ a: 1, b: 2, c: 3 })).toBe(recordId({ c: 3, a: 1, b: 2 }));
    expect(recordId({ a: [1, 2] })).not.toBe(recordId({ a: [2, 1] }));
    expect(recordId({ a: "1" })).not.toBe(recordId({ a: 1 }));
  });

  it("are the same for records of the same shape, whatever came before", () => {
    const ids = new RecordIds();
    for (let i = 0; i < 300; i++) {
      const record = { [`k${i % 150}`]: i, a: "x", nested: { z: 1, y: [i] } };
      expect(ids.of(record)).toBe(recordId(record));
    }
  });

  it("is the same in runtimes that hash asynchronously", async () => {
    const records = Array.from({ length: 50 }, (_, i) => ({ i, text: "x".repeat(i) }));
    const ids = records.map((record) => recordId(record));
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    const asynchronous = records.map((record) => recordId(record));
    expect(asynchronous[0]).toBeInstanceOf(Promise);
    expect(await Promise.all(asynchronous)).toEqual(ids);
  });
});
