import { Writable } from "node:stream";
import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { csvLine } from "../../src/output/csv.js";
import { escapeText, safeJson } from "../../src/output/escape.js";
import { type Column, TableLayout } from "../../src/output/table.js";

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
        expect(
          layout(80)
            .lines([[{ text }, { text }]])
            .join(""),
        ).not.toMatch(DANGEROUS);
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

/** A table on a terminal of so many columns, or elsewhere. */
function layout(
  columns: number | undefined,
  names: Column[] = [
    { name: "a", min: 4 },
    { name: "b", min: 4 },
  ],
) {
  const stream = Object.assign(new Writable(), columns === undefined ? {} : { isTTY: true, columns });
  return new TableLayout(names, stream);
}
const textOf = (...cells: string[]) => cells.map((text) => ({ text }));

describe("a table", () => {
  it("fits a terminal, also with wide characters", () => {
    for (const cells of [
      ["x".repeat(99), "y".repeat(99)],
      ["名前".repeat(20), "名".repeat(50)],
      ["👩‍💻".repeat(40), "e\u0301".repeat(60)],
      ["a", "b"],
    ])
      for (const columns of [1, 9, 40]) {
        const [line] = layout(columns).lines([textOf(...cells)]);
        expect(stringWidth(line!)).toBeLessThanOrEqual(columns);
      }
    expect(layout(12).lines([textOf("abcdefghijkl", "z")])).toEqual(["abcdefgh…  z"]);
    expect(layout(9).lines([textOf("名前名前名前", "z")])).toEqual(["名前…   z"]);
  });

  it("is as wide as what it shows, and keeps its widths from page to page", () => {
    const table = layout(80);
    expect(table.lines([textOf("a", "b"), textOf("ccc", "d")])).toEqual(["a    b", "ccc  d"]);
    expect(table.lines([textOf("e", "f")])).toEqual(["e    f"]);
  });

  it("cuts what matters least first, and never what has no least width", () => {
    const names = [
      { name: "result" },
      { name: "summary", min: 5, order: 0 },
      { name: "address", min: 4, order: 1 },
      { name: "signals" },
    ];
    const row = textOf("denied", "list control-planes", "192.0.2.228", "field_injection");
    const lines = (columns: number) => layout(columns, names).lines([row])[0];
    expect(lines(80)).toBe("denied  list control-planes  192.0.2.228  field_injection");
    expect(lines(50)).toBe("denied  list contro…  192.0.2.228  field_injection");
    expect(lines(40)).toBe("denied  list…  192.0.2…  field_injection");
    expect(lines(30)).toMatch(/^denied .*field_injection$/);
    expect(lines(24)).toBe("denied  field_injection");
  });

  it("is not cut without a terminal", () => {
    expect(layout(undefined).lines([textOf("abc", "x".repeat(300))])).toEqual([`abc  ${"x".repeat(300)}`]);
  });

  it("takes time in proportion to its width, whatever a cell contains", () => {
    const start = performance.now();
    for (const text of ["x".repeat(1e6), "\u0301".repeat(1e6), "👩‍".repeat(2e5)])
      layout(80).lines([textOf(text, "z")]);
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
