import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pulledId } from "../../../src/workflows/follow/pulled-id.js";

const expected = (text: string) => createHash("sha256").update(text).digest("base64url").slice(0, 10);
const plain = (record: object) => JSON.parse(JSON.stringify(record));

describe("pulledId", () => {
  it("is 60 bits of the SHA-256 of the members, sorted by name at every depth", () => {
    expect(pulledId({ b: [1, { d: "x", c: null }], a: true })).toBe(
      expected('{2:"1:atrue,"1:b[2:1,{2:"1:cnull,"1:d"1:x'),
    );
    expect(pulledId({})).toBe(expected("{0:"));
    expect(pulledId({ a: [], "": 0.5 })).toBe(expected('{2:"0:0.5,"1:a[0:'));
    expect(pulledId({ b: "ä\ud83d\ude00" })).toBe(expected('{1:"1:b"3:ä\ud83d\ude00'));
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
        expect(pulledId(a) === pulledId(b)).toBe(isDeepStrictEqual(plain(a), plain(b)));
      }),
      { numRuns: 3_000 },
    );
  });

  it("depends on the order of arrays, not on that of members", () => {
    expect(pulledId({ a: 1, b: 2, c: 3 })).toBe(pulledId({ c: 3, a: 1, b: 2 }));
    expect(pulledId({ a: [1, 2] })).not.toBe(pulledId({ a: [2, 1] }));
    expect(pulledId({ a: "1" })).not.toBe(pulledId({ a: 1 }));
  });
});
