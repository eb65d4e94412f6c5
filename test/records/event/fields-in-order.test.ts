import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCandidates } from "../../../src/records/event/candidates.js";
import { classifyKeys } from "../../../src/records/event/classify-keys.js";
import { extractFields } from "../../../src/records/event/extract-fields.js";
import { FIELD } from "../../../src/records/event/fields.js";
import { readFieldsInOrder } from "../../../src/records/event/fields-in-order.js";
import { longestChain } from "../../../src/records/event/ordered-fields.js";

type Kind = "authentication" | "authorization" | "access";

const HEADER = "CEF:0|KongInc|Konnect|1.0|konnect|name|6|";
const LINES: Record<Kind, string> = {
  authorization:
    "rt=1 src=::1 action=list granted=true org_id=o principal_id=p trace_id=t user_agent=curl/8 sig=S",
  authentication:
    "rt=1 src=::1 request=/v2 success=true org_id=o principal_id=p trace_id=t user_agent=curl/8 sig=S",
  access:
    'rt=1 src=::1 request=/v2 act=GET status=200 org_id=o principal_id=p user_agent=curl/8 trace_id=t query={"a":1} sig=S',
};
/** What the general way makes of the same line. */
function resolved(line: string, start: number, end: number, kind: Kind) {
  const candidates = findCandidates(line, start, end);
  return extractFields(
    line,
    candidates,
    classifyKeys(candidates, longestChain(candidates, kind), kind),
    start,
    end,
  );
}

function read(extension: string, kind: Kind, after = "") {
  const line = HEADER + extension + after;
  const [start, end] = [HEADER.length, HEADER.length + extension.length];
  return {
    honest: readFieldsInOrder(line, start, end, kind),
    general: resolved(line, start, end, kind),
  };
}

describe("readFieldsInOrder reads in one pass", () => {
  it.each(Object.entries(LINES) as [Kind, string][])("an %s record as documented", (kind, extension) => {
    for (const text of [extension, extension.replace(/ sig=.*/, "")]) {
      const { honest, general } = read(text, kind);
      expect(honest).toEqual(general.values);
      expect(general).toMatchObject({ extra: {}, duplicates: [] });
    }
  });

  it.each([
    ["a record without fields", "access", ""],
    [
      "an optional field before client-chosen text",
      "authorization",
      LINES.authorization.replace(" trace_id", " actor_id=a trace_id"),
    ],
    [
      "an optional field behind client-chosen text and another field, if no mandatory field is missing",
      "authentication",
      LINES.authentication.replace(" principal_id", " portal_id=x principal_id"),
    ],
    ["an = in client-chosen text", "access", LINES.access.replace("/v2", "/v2?a=b&c=d")],
    ["an undocumented key= in client-chosen text", "access", LINES.access.replace("curl/8", "curl/8 x=y")],
    ["an = inside a word of another value", "access", LINES.access.replace("org_id=o", "org_id=/o=o")],
    ["a later key= inside a word", "access", LINES.access.replace("/v2", "/v2?status=5&sig=x")],
    ["an = without a key", "access", LINES.access.replace("org_id=o", "org_id=/==")],
    [
      "client-chosen text with a space at the end",
      "authorization",
      LINES.authorization.replace(/ sig=.*/, " x"),
    ],
    [
      "an optional field before client-chosen text, though a mandatory field is missing",
      "authorization",
      LINES.authorization.replace(" src=::1", "").replace(" trace_id", " actor_id=a trace_id"),
    ],
    ["escapes", "access", LINES.access.replace("/v2", "/v2\\\\x\\=y")],
    ["a mandatory field that is missing", "access", LINES.access.replace(" src=::1", "")],
  ] as [string, Kind, string][])("%s", (_, kind, extension) => {
    const { honest, general } = read(extension, kind);
    expect(honest).toBeDefined();
    expect(honest).toEqual(general.values);
    expect(general).toMatchObject({ extra: {}, duplicates: [] });
  });

  it.each(["\n ", " "])("a line that ends with %j", (after) => {
    expect(read(LINES.access, "access", after).honest?.[FIELD.sig]).toBe("S");
  });
});

describe("readFieldsInOrder leaves to the general way", () => {
  it.each([
    ["text before the first field", "access", `text ${LINES.access}`],
    ["text without a field", "access", "text"],
    ["an undocumented field", "access", LINES.access.replace(" org_id", " new=1 org_id")],
    ["an undocumented field in front", "access", `new=1 ${LINES.access}`],
    ["a key that only ends like a documented one", "access", LINES.access.replace("src", "xrc")],
    ["a field twice", "access", LINES.access.replace(" org_id", " src=::2 org_id")],
    ["a field out of order", "access", "src=::1 rt=1"],
    ["a documented field inside client-chosen text", "access", LINES.access.replace("/v2", "/v2 src=::2")],
    [
      "an optional field right behind client-chosen text",
      "authentication",
      LINES.authentication.replace(" success", " portal_id=x success"),
    ],
    [
      "an optional field behind client-chosen text, if a mandatory field is missing",
      "authentication",
      LINES.authentication.replace(" src=::1", "").replace(" principal_id", " portal_id=x principal_id"),
    ],
    ["a signature that contains a space", "access", `${LINES.access} x`],
  ] as [string, Kind, string][])("%s", (_, kind, extension) => {
    expect(read(extension, kind).honest).toBeUndefined();
  });
});

describe("readFieldsInOrder", () => {
  it("never reads another value than the general way, nor one that is reported", () => {
    const piece = fc.constantFrom(
      ...Object.values(LINES).flatMap((line) => line.split(" ")),
      "portal_id=x",
      "actor_id=a",
      "kong_initiated=true",
      "principal_name=n",
      "new=1",
      "text",
      "=",
      "a\\=b",
    );
    const kind = fc.constantFrom<Kind>("authentication", "authorization", "access");
    /** An honest line with pieces put in, or left out. */
    const edit = fc.record({ at: fc.nat(12), piece, isLeftOut: fc.boolean() });
    fc.assert(
      fc.property(kind, fc.array(edit, { maxLength: 3 }), (kind, edits) => {
        const pieces = LINES[kind].split(" ");
        for (const { at, piece, isLeftOut } of edits)
          pieces.splice(at, isLeftOut ? 1 : 0, ...(isLeftOut ? [] : [piece]));
        const { honest, general } = read(pieces.join(" "), kind);
        if (honest === undefined) return;
        expect(honest).toEqual(general.values);
        expect(general).toMatchObject({ extra: {}, duplicates: [] });
      }),
      { numRuns: 10_000 },
    );
  });
});
