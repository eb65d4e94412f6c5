import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findHeader, readHeader } from "../../../src/records/cef/header.js";

const AFTER_MARKER = "CEF:0|vendor|product|1|class|name|5|";

/** The marker by a regular expression, and the first seven `|` with an even number of backslashes before them. */
function model(line: string) {
  const marker = line.search(/(?<![0-9A-Za-z_])CEF: *[0-9]+\|/);
  if (marker === -1) return undefined;
  const first = line.indexOf("|", marker);
  const delimiters = [...line.matchAll(/\|/g)]
    .map(({ index }) => index)
    .filter((at) => at === first || (at > first && isUnescaped(line.slice(first + 1, at))));
  return { marker, delimiters: delimiters.slice(0, 7) };
}

function isUnescaped(before: string): boolean {
  return /\\*$/.exec(before)![0].length % 2 === 0;
}

describe("findHeader", () => {
  it("finds the marker and the delimiters in any text", () => {
    const piece = fc.constantFrom("CEF:", "CEF", ":", "0", "12", "|", "\\", " ", "x", "Z", "_", "-", "=");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const line = pieces.join("");
        expect(findHeader(line)).toEqual(model(line));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each(Array.from({ length: 128 }, (_, code) => [code, String.fromCharCode(code)] as const))(
    "accepts a marker after character %i unless it is a letter, a digit or an underscore",
    (_, character) => {
      const found = findHeader(`${character}${AFTER_MARKER}a=b`);
      expect(found?.marker).toBe(/\w/.test(character) ? undefined : 1);
    },
  );

  it.each([
    ["at the start of the line", AFTER_MARKER, 0],
    ["after a | in the text before it", `a|b ${AFTER_MARKER}`, 4],
    ["after text as long as itself that ends with |", `CEF-0|${AFTER_MARKER}`, 6],
    ["after one inside a word", `xCEF:0|CEF:1|${AFTER_MARKER}`, 7],
    ["with several digits", AFTER_MARKER.replace("0", "2026"), 0],
  ])("finds a marker %s", (_, line, marker) => {
    expect(findHeader(line)?.marker).toBe(marker);
  });

  it("finds at most seven delimiters", () => {
    expect(findHeader(`${AFTER_MARKER}a=b|c|d`)?.delimiters).toHaveLength(7);
  });
});

describe("readHeader", () => {
  it.each([
    ["", ""],
    [" \t\uFEFF", ""],
    ["<134>Nov 29 host ", "<134>Nov 29 host"],
    ["\u00A0host\u00A0 ", "\u00A0host\u00A0"],
  ])("trims spaces, tabs and byte order marks around the prefix %j", (before, prefix) => {
    const line = `${before}${AFTER_MARKER}`;
    expect(readHeader(line, line.length)).toMatchObject({ prefix });
  });

  it("refuses a line feed inside the line, and takes one behind its end", () => {
    const line = `${AFTER_MARKER}a=b`;
    expect(readHeader(`${line}\n`, line.length)).toMatchObject({ name: "name", severity: "5" });
    expect(readHeader(`${line}\nc`, line.length + 2)).toMatchObject({ reason: "line_feed" });
  });
});
