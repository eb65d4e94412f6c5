import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { RecordIds } from "../../../src/workflows/follow/record-id.js";

const expected = (text: string) => createHash("sha256").update(text).digest("base64url").slice(0, 10);
const recordId = (record: object) => new RecordIds().of(record);
const plain = (record: object) => JSON.parse(JSON.stringify(record));
afterEach(() => void vi.restoreAllMocks());

describe("RecordIds", () => {
  it("is 60 bits of the SHA-256 of the members, sorted by name at every depth", () => {
    expect(recordId({ b: [1, { d: "x", c: null }], a: true })).toBe(
      expected('{"1:a:true,"1:b:[2:1,{2:"1:cnull,"1:d"1:x'),
    );
    expect(recordId({})).toBe(expected("{"));
    expect(recordId({ a: [], "": 0.5 })).toBe(expected('{"0::0.5,"1:a:[0:'));
    expect(recordId({ b: "ä\ud83d\ude00" })).toBe(expected('{"1:b:"3:ä\ud83d\ude00'));
  });

  it("differs exactly if the records do, whatever their text contains", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('"', "1:a", ",", "[", "{", ":", "null", '","b":"', "1,"),
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(text, tie("value"), { maxKeys: 3 }),
      ),
    })).value;
    const record = fc.dictionary(text, value, { maxKeys: 4, noNullPrototype: true });
    fc.assert(
      fc.property(record, record, (a, b) => {
        expect(recordId(a) === recordId(b)).toBe(isDeepStrictEqual(plain(a), plain(b)));
      }),
      { numRuns: 3_000 },
    );
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

  it("are not those of records with fewer, more or other members", () => {
    const ids = new RecordIds();
    const shapes = [{ a: 1 }, { a: 1, b: 2, c: 3 }, { a: 1, c: 2 }, { b: 1, a: 2 }, { c: 1, d: 2 }, {}];
    const records = [{ a: 1, b: 2 }, ...shapes];
    for (const record of [...records, ...records]) expect(ids.of(record)).toBe(recordId(record));
    expect(new Set(records.map((record) => ids.of(record))).size).toBe(records.length);
  });

  it("sort the members of the first record of a shape only, for up to 100 shapes", () => {
    const ids = new RecordIds();
    const sort = vi.spyOn(Array.prototype, "sort");
    const sorted = (record: object) => {
      sort.mockClear();
      ids.of(record);
      return sort.mock.calls.length > 0;
    };
    for (let i = 0; i < 100; i++) {
      expect(sorted({ [`k${i}`]: 1, a: 1 })).toBe(true);
      expect(sorted({ [`k${i}`]: 2, a: 3 })).toBe(false);
    }
    expect(sorted({ a: 1, k99: 1 })).toBe(true);
    expect(sorted({ a: 1, k99: 1 })).toBe(true);
    expect(sorted({ k0: 1, a: 1 })).toBe(false);
  });

  it.each([
    ["no process", undefined],
    ["a process without getBuiltinModule", {}],
  ])("are promises where there is %s", async (_, process) => {
    vi.stubGlobal("process", process);
    const ids = new RecordIds().of({ a: 1 });
    vi.unstubAllGlobals();
    expect(ids).toBeInstanceOf(Promise);
    expect(await ids).toBe(recordId({ a: 1 }));
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
