import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Candidate } from "../../../src/records/event/candidates.js";
import { CLIENT_CHOSEN, ORDER } from "../../../src/records/event/fields.js";
import { longestChain } from "../../../src/records/event/ordered-fields.js";

const MANDATORY = ORDER.access;

function candidates(keys: readonly string[]): Candidate[] {
  return keys.map((key, i) => ({ key, start: 10 * i, value: 10 * i + 5, canCount: true }));
}

/** The members of a row that are skipped although no client-chosen text can contain them. */
function misfits(all: readonly Candidate[], row: readonly Candidate[]): number {
  const keyed = all.filter(({ key }) => MANDATORY.includes(key as never) || key === "principal_name");
  let count = 0;
  let before: Candidate | undefined;
  for (const candidate of row) {
    const between = keyed.slice(before ? keyed.indexOf(before) + 1 : 0, keyed.indexOf(candidate));
    const isInText = between[0]?.key === "principal_name" || CLIENT_CHOSEN.has(before?.key ?? "");
    if (between.length > 0 && !isInText) count++;
    before = candidate;
  }
  return count;
}

/** All rows: candidates whose keys are in the documented order. */
function rowsOf(all: readonly Candidate[]): Candidate[][] {
  const rank = (candidate: Candidate | undefined) => MANDATORY.indexOf(candidate?.key as never);
  const rows: Candidate[][] = [[]];
  for (const candidate of all)
    for (const row of rows.slice())
      if (candidate.canCount && rank(candidate) > rank(row.at(-1))) rows.push([...row, candidate]);
  return rows;
}

describe("longestChain", () => {
  it("finds a row that no other one beats in length, or in misfits if equally long", () => {
    const key = fc.constantFrom(...MANDATORY, "principal_name", "undocumented", "actor_id");
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 9 }), (given) => {
        const all = candidates(given.map(([key]) => key));
        for (const [i, [key, isCut]] of given.entries()) if (key === "sig" && isCut) all[i]!.canCount = false;
        const row = [...longestChain(all, "access")].sort((a, b) => a.start - b.start);
        const best = rowsOf(all).reduce((best, other) => {
          const isBetter =
            other.length > best.length ||
            (other.length === best.length && misfits(all, other) < misfits(all, best));
          return isBetter ? other : best;
        });
        expect({ length: row.length, misfits: misfits(all, row) }).toEqual({
          length: best.length,
          misfits: misfits(all, best),
        });
        expect(rowsOf(all)).toContainEqual(row);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["the one next to the following field, of two equal ones", ["rt", "rt", "src"], [1, 2]],
    ["the first of two equal fields at the end", ["rt", "src", "src"], [0, 1]],
    ["the second of two behind client-chosen text", ["request", "act", "act", "status"], [0, 2, 3]],
    ["the same behind another field", ["src", "act", "act", "status"], [0, 2, 3]],
    ["the field behind a principal_name", ["rt", "principal_name", "src", "src", "act"], [0, 3, 4]],
    ["no optional field", ["rt", "actor_id", "src"], [0, 2]],
  ])("takes %s", (_, keys, chosen) => {
    const all = candidates(keys);
    expect([...longestChain(all, "access")].map((candidate) => all.indexOf(candidate)).sort()).toEqual(
      chosen,
    );
  });

  it("takes the first of each common field that is not optional, if the kind is unknown", () => {
    const all = candidates(["src", "rt", "src", "act", "actor_id", "principal_name", "sig"]);
    all[6]!.canCount = false;
    expect([...longestChain(all, "unknown")]).toEqual([all[0], all[1]]);
  });
});
