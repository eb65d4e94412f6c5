import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findJsonSignature } from "../../../src/records/signed/json-scanner.js";

const SIG = "S".repeat(86);
const find = (text: string) => findJsonSignature(text, text.length);

/** A member, written as it is put together, so that its offsets are known. */
interface Written {
  name: string;
  value: string;
  /** White space before the name, before and after the colon, and after the value. */
  spaces: [string, string, string, string];
}

const space = fc.constantFrom("", "", " ", "\t", "\r\n", " \n ");
const value = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    '"a\\"b"',
    '"\\\\"',
    '"}"',
    '"]"',
    '"{"',
    '{"sig":"x"}',
    '[1,"sig",{"sig":2}]',
    "[]",
    "{}",
    '[["]"]]',
    "-1.5e+3",
  ),
);
const member = fc.record({
  name: fc
    .oneof(fc.string(), fc.constantFrom("a", "sig ", "Sig", "event", "gis"))
    .map((name) => JSON.stringify(name)),
  value,
  spaces: fc.tuple(space, space, space, space),
});
const sigMember = fc.record({
  name: fc.constantFrom('"sig"', '"\\u0073ig"', '"s\\u0069g"'),
  value: fc.oneof(
    fc.constant(`"${SIG}"`),
    fc.string().map((text) => JSON.stringify(text)),
  ),
  spaces: fc.tuple(space, space, space, space),
});

/** The text of an object after `head`, and the offsets of the member at `index`. */
function write(members: readonly Written[], index: number, head = "") {
  let text = `${head}{`;
  let comma = -1;
  let offsets = { comma, start: 0, valueStart: 0, valueEnd: 0 };
  let nextComma: number | undefined;
  for (const [i, { name, value, spaces }] of members.entries()) {
    if (i > 0) {
      comma = text.length;
      if (i === index + 1) nextComma = comma;
      text += ",";
    }
    text += spaces[0];
    const start = text.length;
    text += `${name}${spaces[1]}:${spaces[2]}`;
    const valueStart = text.length;
    text += value;
    if (i === index) offsets = { comma, start, valueStart, valueEnd: text.length };
    text += spaces[3];
  }
  return { text: `${text}}`, ...offsets, nextComma };
}

describe("a signature in JSON", () => {
  it("is found where it was written, with the comma that belongs to it", () => {
    fc.assert(
      fc.property(
        fc.array(member, { maxLength: 4 }),
        sigMember,
        fc.array(member, { maxLength: 4 }),
        fc.boolean(),
        (before, sig, after, isWrapped) => {
          const head = isWrapped ? '{"event":' : "";
          const { text, comma, start, valueStart, valueEnd, nextComma } = write(
            [...before, sig, ...after],
            before.length,
            head,
          );
          const whole = isWrapped ? `${text}}` : text;
          const isFirst = before.length === 0;
          const cutStart = isFirst ? start : comma;
          const cutEnd = isFirst ? (nextComma === undefined ? valueEnd : nextComma + 1) : valueEnd;
          const cut = whole.slice(cutStart, cutEnd);
          expect(find(whole)).toEqual({
            format: isWrapped ? "cps" : "json",
            valueStart,
            valueEnd,
            cutStart,
            cutEnd,
            end: whole.length,
            isDocumented: isFirst ? /^"sig":"[\w-]{86}",$/.test(cut) : /^,"sig":"[\w-]{86}"$/.test(cut),
          });
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("is the last of several", () => {
    fc.assert(
      fc.property(fc.array(sigMember, { minLength: 2, maxLength: 4 }), (all) => {
        const { text, valueStart } = write(all, all.length - 1);
        expect(find(text)?.valueStart).toBe(valueStart);
      }),
    );
  });

  it.each([
    ["no object", ""],
    ["an empty object", "{}"],
    ["an object that does not close", `{"a":1,"sig":"${SIG}"`],
    ["an object that closes too early", `{"a":1,"sig":"${SIG}"}}`],
    ["something after the object", `{"a":1,"sig":"${SIG}"} x`],
    ["a name without quotes", `{a:1,"sig":"${SIG}"}`],
    ["a name with a quote at its end only", `{a":1,"sig":"${SIG}"}`],
    ["a name that does not end", `{"a:1,\\"sig\\":1}`],
    ["a name without a colon", `{"a" 1,"sig":"${SIG}"}`],
    ["a comma in the place of the colon", `{"a",1,"sig":"${SIG}"}`],
    ["a member without a value", `{"a":,"sig":"${SIG}"}`],
    ["a last member without a value", `{"sig":"${SIG}","a":}`],
    ["no comma between members", `{"a":1 "sig":"${SIG}"}`],
    ["a comma before the end", `{"a":1,"sig":"${SIG}",}`],
    ["a string that does not end", `{"sig":"${SIG}","a":"b}`],
    ["a list that does not end", `{"sig":"${SIG}","a":[1}`],
    ["an object that does not end", `{"sig":"${SIG}","a":{"b":1}`],
    ["a string in a list that does not end", `{"sig":"${SIG}","a":["b]}`],
    ["a number that the text cuts", `{"sig":"${SIG}","a":12`],
    ["no signature", '{"a":1}'],
    ["a number as the signature", '{"a":1,"sig":1}'],
    ["an object as the signature", '{"a":1,"sig":{"x":"y"}}'],
    ["a wrapper around text", '{"event":"x"}'],
    ["a wrapper around a list", `{"event":[{"a":1,"sig":"${SIG}"}]}`],
    ["a wrapper around an object without a signature", '{"event":{"a":1}}'],
    ["a wrapper around an object that is broken", `{"event":{"a" 1,"sig":"${SIG}"}}`],
    ["a signature beside the wrapped object, which has none", '{"event":{"a":1},"b":2}'],
    ["a name with a broken escape", '{"a":1,"\\u00zz":"x"}'],
  ])("is not found in %s", (_, text) => {
    expect(find(text)).toBeUndefined();
  });

  it("of an object with more than the event belongs to the outer object", () => {
    const text = `{"event":{"a":1,"sig":"inner"},"sig":"${SIG}"}`;
    expect(find(text)).toMatchObject({ format: "json", valueStart: text.indexOf(SIG) - 1 });
  });

  it("of a wrapper is known by the name event, also with escapes", () => {
    expect(find(`{"\\u0065vent":{"a":1,"sig":"${SIG}"}}`)).toMatchObject({ format: "cps" });
    expect(find(`{"evenT":{"a":1,"sig":"${SIG}"}}`)).toBeUndefined();
  });

  it("ends where it is told, whatever follows", () => {
    const text = `{"a":1,"sig":"${SIG}"}`;
    expect(findJsonSignature(`${text}  \n`, text.length)).toMatchObject({ end: text.length });
    expect(findJsonSignature(`${text}}`, text.length)).toMatchObject({ end: text.length });
    expect(findJsonSignature(text, text.length - 1)).toBeUndefined();
    expect(findJsonSignature(`{"a":12345,"sig":"x"}`, 8)).toBeUndefined();
    expect(findJsonSignature(`{"a":[1,2],"sig":"x"}`, 8)).toBeUndefined();
    expect(findJsonSignature(`  ${text}`, text.length + 2)).toMatchObject({ cutStart: 2 + 6 });
  });

  it.each([
    [`{"a":1,"sig":"${SIG}"}`, true],
    [`{"sig":"${SIG}","a":1}`, true],
    [`{"a":1, "sig":"${SIG}"}`, false],
    [`{"a":1,"sig" :"${SIG}"}`, false],
    [`{"a":1,"sig": "${SIG}"}`, false],
    [`{"sig":"${SIG}" ,"a":1}`, false],
    [`{"sig":"${SIG}"}`, false],
    [`{"a":1,"sig":"${SIG.slice(1)}"}`, false],
    [`{"a":1,"sig":"${SIG}S"}`, false],
    [`{"a":1,"sig":"${SIG.slice(1)}+"}`, false],
    [`{"a":1,"s\\u0069g":"${SIG}"}`, false],
  ])("in %s: Konnect's own spelling, %s", (text, isDocumented) => {
    expect(find(text)?.isDocumented).toBe(isDocumented);
  });
});
