import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvLine } from "../../src/output/csv.js";
import { escapeText, safeJson } from "../../src/output/escape.js";
import { tableLine } from "../../src/output/table.js";

/** What a terminal may obey, or what hides or reorders text. */
const DANGEROUS = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff]/u;
const nasty = fc.string({ unit: "binary", maxLength: 60 });

describe("client-chosen text", () => {
  it("has its control characters shown, not sent", () => {
    expect(escapeText("\u001b[2J\u0007\u009b31m\r\n\tx")).toBe("\\x1b[2J\\x07\\x9b31m\\r\\n\\tx");
    expect(escapeText("admin\u202egnp.exe\u2028")).toBe("admin\\u{202e}gnp.exe\\u{2028}");
    expect(escapeText("Zoë 👩‍💻 名前 \u{e0041}\ud800")).toBe("Zoë 👩‍💻 名前 \\u{e0041}\\u{d800}");
  });

  it("is safe in every format, whatever it is", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(escapeText(text)).not.toMatch(DANGEROUS);
        expect(tableLine([text, text], [20, 20], 80)).not.toMatch(DANGEROUS);
        const json = safeJson({ text });
        expect(json).not.toMatch(DANGEROUS);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ text })));
        const indented = safeJson({ text }, 2);
        expect(indented.replaceAll("\n", "")).not.toMatch(DANGEROUS);
        expect(JSON.parse(indented)).toEqual(JSON.parse(json));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("tableLine", () => {
  it("fits a terminal, also with wide characters", () => {
    const width = (line: string) => [...line].reduce((sum, c) => sum + (/[名前]/.test(c) ? 2 : 1), 0);
    for (const cells of [
      ["x".repeat(99), "y".repeat(99)],
      ["名前".repeat(20), "名".repeat(50)],
      ["a", "b"],
    ])
      expect(width(tableLine(cells, [10, 10], 40))).toBeLessThanOrEqual(40);
    expect(tableLine(["abcdefghijkl", "z"], [10, 10], 40)).toBe("abcdefghi…  z");
    expect(tableLine(["名前名前名前", "z"], [6, 10], 40)).toBe("名前…   z");
  });

  it("is not cut without a terminal", () => {
    expect(tableLine(["abc", "x".repeat(300)], [5, 5], Number.POSITIVE_INFINITY)).toBe(
      `abc    ${"x".repeat(300)}`,
    );
  });

  it("takes time in proportion to its width, whatever a cell contains", () => {
    const start = performance.now();
    for (const text of ["x".repeat(1e6), "\u0301".repeat(1e6), "👩‍".repeat(2e5)])
      tableLine([text, "z"], [20, 20], 80);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

describe("csvLine", () => {
  it("quotes what RFC 4180 wants quoted", () => {
    expect(csvLine(["a", 'say "x"', "1,2", "l\nm", ""])).toBe('a,"say ""x""","1,2","l\nm",\r\n');
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20S(A1)"])(
    "does not let a spreadsheet run %j",
    (text) => {
      expect(csvLine([text])).toBe(`'${text}\r\n`);
    },
  );

  it.each([
    ["x;=H()", "x;'=H()\r\n"],
    ["a\t=1", "a\t'=1\r\n"],
    ["\t=1", "'\t'=1\r\n"],
    ["a; +1", "a; '+1\r\n"],
    ["a,\uff1d1", '"a,\'\uff1d1"\r\n'],
    ["a\n@x", '"a\n\'@x"\r\n'],
    [" =1", " '=1\r\n"],
  ])("nor a part of %j, where it splits cells in another way", (text, expected) => {
    expect(csvLine([text])).toBe(expected);
  });
});
