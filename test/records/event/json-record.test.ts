import { describe, expect, it } from "vitest";
import { parseJsonRecord } from "../../../src/records/event/json-record.js";
import { MAX_DEPTH } from "../../../src/shared/json.js";

const BIG = "12345678901234567890";

describe("parseJsonRecord", () => {
  it.each([
    ['{"name":"n","a":1}', { name: "n", a: 1 }, undefined],
    ['{"event":{"name":"n"}}', { name: "n" }, { event: { name: "n" } }],
    ['{"name":"n","event":{"a":1}}', { name: "n", event: { a: 1 } }, undefined],
    ['{"name":5,"event":{"a":1}}', { a: 1 }, { name: 5, event: { a: 1 } }],
    ['{"event":[1]}', { event: [1] }, undefined],
    ['{"event":null}', { event: null }, undefined],
    ['\uFEFF{"name":"n"}', { name: "n" }, undefined],
  ])("finds the record in %s, and its wrapper", (line, record, wrapper) => {
    expect(parseJsonRecord(line)).toEqual({ record, wrapper });
  });

  it.each([
    [`{"a":${BIG}}`, { a: BIG }],
    [`{"a":-${BIG}}`, { a: `-${BIG}` }],
    [`{"a":[null,[${BIG}]]}`, { a: [null, [BIG]] }],
    [`{"a":{"b":1},"c":{"d":${BIG}}}`, { a: { b: 1 }, c: { d: BIG } }],
    ['{"a":9007199254740991,"b":-9007199254740991}', { a: 9007199254740991, b: -9007199254740991 }],
    ['{"a":9007199254740993}', { a: "9007199254740993" }],
    ['{"a":1.5,"b":null,"c":"x","d":true}', { a: 1.5, b: null, c: "x", d: true }],
    ['{"a":1e400}', { a: Number.POSITIVE_INFINITY }],
  ])("loses no digit of %s", (line, record) => {
    expect(parseJsonRecord(line).record).toEqual(record);
  });

  it("parses once if no number may have lost digits", () => {
    const parse = JSON.parse;
    let calls = 0;
    JSON.parse = (...args) => {
      calls++;
      return parse(...args);
    };
    try {
      parseJsonRecord('{"a":9007199254740991,"b":-1.5,"c":[1,null,"x"],"d":{"e":true},"f":null}');
      expect(calls).toBe(1);
      parseJsonRecord(`{"a":${BIG}}`);
      expect(calls).toBe(3);
    } finally {
      JSON.parse = parse;
    }
  });

  it("looks at own members only, whatever a library added to Object.prototype", () => {
    Object.defineProperty(Object.prototype, "added", {
      value: {},
      enumerable: true,
      configurable: true,
      writable: true,
    });
    try {
      expect(parseJsonRecord('{"name":"n"}').record.name).toBe("n");
    } finally {
      Reflect.deleteProperty(Object.prototype, "added");
    }
  });

  const nested = (depth: number, text = "") =>
    `{"a":${"[".repeat(depth - 1)}"${text}"${"]".repeat(depth - 1)}}`;

  it("refuses a long line that nests too deep, and takes a long one that does not", () => {
    expect(() => parseJsonRecord(nested(10_000))).toThrow(RangeError);
    expect(parseJsonRecord(nested(10, "x".repeat(10_000))).record).toHaveProperty("a");
    expect(parseJsonRecord(nested(MAX_DEPTH, "x".repeat(10_000))).record).toHaveProperty("a");
    expect(() => parseJsonRecord(nested(MAX_DEPTH + 1, "x".repeat(10_000)))).toThrow(RangeError);
  });

  it("throws a SyntaxError for text that is not JSON", () => {
    for (const line of ["", "{", "x", '{"a":1}}']) expect(() => parseJsonRecord(line)).toThrow(SyntaxError);
  });
});
