import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCandidates } from "../../../src/records/event/candidates.js";

/** A key begins with a letter, a digit or `_`, at the start or after a space. */
function model(line: string, start: number, end: number) {
  const text = line.slice(start, end);
  return [...text.matchAll(/(?<=^| )(\w[\w.,[\]-]*)=/g)].map(({ index, 1: key }) => ({
    key,
    start: start + index,
    value: start + index + key!.length + 1,
    canCount: key !== "sig" || !text.slice(index).includes(" "),
  }));
}

describe("findCandidates", () => {
  it("finds every key= between two offsets, and a sig only at the end", () => {
    const piece = fc.constantFrom("sig", "rt", "=", " ", "a", "_", ".", "-", "[", "]", ",", "/", "\\");
    const text = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, text, text, (before, inside, after) => {
        const line = `x=|${before}|${inside}\n${after}`;
        const start = before.length + 4;
        const end = start + inside.length;
        expect(findCandidates(line, start, end)).toEqual(model(line, start, end));
      }),
      { numRuns: 3_000 },
    );
  });
});
