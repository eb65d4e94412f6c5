import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type CefRecord, CefSyntaxError, KonnectError, parseCef } from "../../../src/records/index.js";

interface Vector {
  id: string;
  why: string;
  input: string;
  expect: { error: true } | Omit<CefRecord, "duplicates">;
  strict: "ok" | "error";
}
const vectors: Vector[] = JSON.parse(readFileSync(new URL("./vectors.json", import.meta.url), "utf8"));

function refusal(line: string, options?: Parameters<typeof parseCef>[1]): CefSyntaxError {
  try {
    parseCef(line, options);
  } catch (error) {
    if (error instanceof CefSyntaxError) return error;
    throw error;
  }
  throw new Error(`not refused: ${line}`);
}

const HEADER = "CEF:0|Acme|Gate|2.4|E7|Door opened|3|";

describe("the vectors", () => {
  for (const { id, why, input, expect: expected, strict } of vectors) {
    it(`${id}: ${why}`, () => {
      if ("error" in expected) {
        expect(refusal(input).line).toBe(input);
      } else {
        const { duplicates, ...record } = parseCef(input);
        expect(Object.keys(record).sort()).toEqual(Object.keys(expected).sort());
        expect({ ...record, extensions: { ...record.extensions } }).toEqual({
          ...expected,
          extensions: { ...expected.extensions },
        });
        expect(Object.entries(record.extensions)).toEqual(Object.entries(expected.extensions));
        if (strict === "ok") {
          expect(duplicates).toEqual([]);
          expect(parseCef(input, { strict: true })).toEqual(parseCef(input));
        }
      }
      if (strict === "error") expect(refusal(input, { strict: true }).line).toBe(input);
    });
  }

  it("are all there", () => expect(vectors).toHaveLength(98));
});

describe("parseCef", () => {
  it("reports each key that came again once, and keeps its first value", () => {
    const { extensions, duplicates } = parseCef(`${HEADER}a=1 b=2 a=3 a=4 b=5 __proto__=x __proto__=y`);
    expect(Object.entries(extensions)).toEqual([
      ["a", "1"],
      ["b", "2"],
      ["__proto__", "x"],
    ]);
    expect(duplicates).toEqual(["a", "b", "__proto__"]);
  });

  it("has no prefix if the line has none, and keeps white space other than space, tab and BOM", () => {
    expect("prefix" in parseCef(`\t \uFEFF ${HEADER}a=1`)).toBe(false);
    expect(parseCef(`\uFEFF\t\u00A0host\u2028 \t${HEADER}a=1`).prefix).toBe("\u00A0host\u2028");
  });

  it("does not take a marker behind a word character", () => {
    expect(parseCef(`xCEF:0|_CEF:1|9CEF:2|${HEADER}a=1`)).toMatchObject({ prefix: "xCEF:0|_CEF:1|9CEF:2|" });
    expect(refusal("xCEF:0|Acme|Gate|2.4|E7|Door opened|3|").reason).toBe("no_marker");
  });

  it("takes a tab before a key for text of the value", () => {
    expect(parseCef(`${HEADER}a=1\tb=2 c=3`).extensions).toEqual({ a: "1\tb=2", c: "3" });
    expect(refusal(`${HEADER}\ta=1`).reason).toBe("no_key");
  });

  it("trims only the white space of the standard from the last value", () => {
    expect(parseCef(`${HEADER}a=1\u00A0\u2028\uFEFF \t\r\n\r\n`).extensions).toEqual({
      a: "1\u00A0\u2028\uFEFF",
    });
  });

  describe("with keys", () => {
    const keys = ["rt", "user_agent", "granted"];

    it("lets only these start a field", () => {
      const { extensions, duplicates } = parseCef(`${HEADER}rt=1 user_agent=x sig=AA y=2  granted=true z=3`, {
        keys,
      });
      expect(extensions).toEqual({ rt: "1", user_agent: "x sig=AA y=2 ", granted: "true z=3" });
      expect(duplicates).toEqual([]);
    });

    it("accepts any key as the first field of the extension", () => {
      expect(parseCef(`${HEADER}  new=1 rt=2`, { keys: new Set(keys) }).extensions).toEqual({
        new: "1",
        rt: "2",
      });
    });

    it("takes any iterable, an empty one too", () => {
      expect(parseCef(`${HEADER}a=1 rt=2 b=3`, { keys: keys.values() }).extensions).toEqual({
        a: "1",
        rt: "2 b=3",
      });
      expect(parseCef(`${HEADER}a=1 rt=2`, { keys: [] }).extensions).toEqual({ a: "1 rt=2" });
    });
  });

  it.each([
    ["no_marker", "", 0, false],
    ["no_marker", "CEF:", 0, false],
    ["no_marker", "CEF:|a|b|c|d|e|1|", 0, false],
    ["version", "p CEF:9007199254740992|a|b|c|d|e|1|", 6, false],
    ["version", "p CEF:2|a|b|c|d|e|1|", 6, true],
    ["version", "CEF:00|a|b|c|d|e|1|", 4, true],
    ["header", "CEF:0|a|b|c|d|e|1", 17, false],
    ["header", "CEF:0|a|b|c|d|e|\\|", 18, false],
    ["line_feed", `${HEADER}a=1\n b=2`, 40, false],
    ["line_feed", `h\n${HEADER}a=1`, 1, false],
    ["no_key", `${HEADER}  text a=1`, 39, false],
    ["no_key", `${HEADER}=1`, 37, false],
    ["no_key", `${HEADER}-a=1`, 37, false],
    ["no_key", `${HEADER}a\\=1`, 37, false],
    ["character", `${HEADER}a=1 b=\u0085`, 43, true],
    ["character", `h\u0007 ${HEADER}a=1`, 1, true],
    ["character", `${HEADER}a=\uD83Dx`, 39, true],
    ["empty_field", "CEF:0|a||c|d|e|1|", 8, true],
    ["severity", "CEF:0|a|b|c|d|e|low|", 16, true],
    ["escape", "CEF:0|a|b\\c|c|d|e|1|", 9, true],
    ["escape", `${HEADER}a=1 b=x\\y`, 44, true],
    ["escape", `${HEADER}a=1\\`, 40, true],
    ["unescaped_equals", `${HEADER}a=x\\=1 b=1=2`, 47, true],
    ["duplicate_key", `${HEADER}a=1 b=2 a=3`, 45, true],
  ] as const)("tells the reason %s and the offset for %j", (reason, line, offset, strict) => {
    const error = refusal(line, { strict });
    expect(error).toMatchObject({ code: "cef_syntax", name: "CefSyntaxError", reason, offset, line });
    expect(error.message).toContain(`offset ${offset}`);
    expect(Object.keys(error)).not.toContain("line");
  });

  it("does not let strict mode look at the white space that it drops", () => {
    expect(parseCef(`\t\uFEFF${HEADER}a=1 \t\r\n`, { strict: true }).extensions).toEqual({ a: "1" });
  });

  it("refuses anything but a string, with a hint", () => {
    expect(() => parseCef(Buffer.from(HEADER) as never)).toThrow(/decode bytes first/);
    expect(() => parseCef(undefined as never)).toThrow(KonnectError);
  });
});
