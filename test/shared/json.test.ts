import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson, quoteBigIntegers } from "../../src/shared/json.js";
import { growth } from "../support/linear.js";

describe("parseJson", () => {
  it("keeps every digit of an integer that no number can hold", () => {
    expect(
      parseJson('{"a":3895213347334635099,"b":[ 9007199254740993,-9007199254740993],"c":9007199254740991}'),
    ).toEqual({
      a: "3895213347334635099",
      b: ["9007199254740993", "-9007199254740993"],
      c: 9007199254740991,
    });
    expect(parseJson("12345678901234567890")).toBe("12345678901234567890");
  });

  it.each([
    '{"a":"3895213347334635099"}',
    '["\\",3895213347334635099", "x:3895213347334635099"]',
    "[1.12345678901234567]",
    "[12345678901234567e3]",
    "[1e12345678901234567]",
    "[12345678901234567.5]",
  ])("leaves other things alone: %s", (text) => {
    expect(quoteBigIntegers(text)).toBe(text);
  });

  it.each([
    "[01234567890123456789]",
    "[12345678901234567890x]",
    "[+12345678901234567890]",
    '{12345678901234567890:"',
    '"12345678901234567890',
  ])("throws for invalid JSON: %s", (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it("gives what JSON.parse gives, but for those integers", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.bigInt({ min: 1n << 60n, max: 1n << 80n }), (text, big) => {
        fc.pre(!/\d{16}/.test(text));
        expect(parseJson(text)).toEqual(JSON.parse(text));
        expect(parseJson(`[${text},${big},{"x":${big} }]`)).toEqual([
          JSON.parse(text),
          `${big}`,
          { x: `${big}` },
        ]);
      }),
    );
  });

  it.each(["1", '"', '\\"', '"1234567890123456,', "12345678901234567890,", '[1234567890123456"'])(
    "takes linear time on %j repeated",
    (unit) => {
      const work = (size: number) => {
        const text = unit.repeat(size / unit.length);
        return () => quoteBigIntegers(text);
      };
      expect(growth(work)).toBeLessThan(24);
    },
  );
});
