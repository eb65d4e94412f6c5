import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KonnectError } from "../../../src/errors.js";
import { extractSignature } from "../../../src/signature/index.js";
import { samples } from "../../../src/testing/samples.js";
import { hostile } from "../../support/hostile.js";
import { growth } from "../../support/linear.js";

const HEADER = "2025-06-18T21:02:36Z konghq.com CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|1|";
const S = "KbLaBhQFnggT_8CyC95b777R1_fGvvLVDn7awjZK8eZLdGPrSvnS-sxJw63j930eKr-VTsQv8-TQTD_GVmAPAQ";

/** Extracts from the text and from its bytes, which must agree. */
function extract(text: string) {
  const found = extractSignature(text);
  const inBytes = extractSignature(new TextEncoder().encode(text));
  expect(inBytes).toEqual(
    found && { ...found, signedPayload: new TextEncoder().encode(found.signedPayload) },
  );
  return found;
}

describe("extractSignature of the samples", () => {
  it.each(["authorization", "portalAuthentication", "syslogTime"] as const)("%s: CEF", (name) => {
    const [signedPayload, signature] = samples[name].split(" sig=");
    expect(signature).toHaveLength(86);
    expect(extract(samples[name])).toEqual({ format: "cef", signature, signedPayload });
  });

  it("json", () => {
    const [head, signature] = samples.json.split(',"sig":"');
    expect(extract(samples.json)).toEqual({
      format: "json",
      signature: signature?.slice(0, 86),
      signedPayload: `${head}}`,
    });
    expect(signature).toHaveLength(88);
  });

  it("json in a CPS wrapper, which stays in the payload", () => {
    const [head, signature] = samples.json.split(',"sig":"');
    expect(extract(`{"event":${samples.json}}`)).toEqual({
      format: "cps",
      signature: signature?.slice(0, 86),
      signedPayload: `{"event":${head}}}`,
    });
  });
});

describe("extractSignature of CEF", () => {
  const cef = (signature: string, signedPayload: string) => ({ format: "cef", signature, signedPayload });

  it("takes only the sig that ends the line", () => {
    const forged = `${HEADER}request=/a sig=AAAA act=GET user_agent=x sig=BBBB query={"a":" sig=CCCC ","sig":"D"}`;
    expect(extract(`${forged} sig=${S}`)).toEqual(cef(S, forged));
    expect(extract(forged)).toBeUndefined();
  });

  it("ignores a sig in the header, and one at the end of another word", () => {
    expect(extract("CEF:0|KongInc|Konnect|1.0|konnect|name sig=AAAA")).toBeUndefined();
    expect(extract("CEF:0|a|b|c|d|e sig=AA\\|1| sig=AAAA")).toBeUndefined();
    expect(extract(`${HEADER}a=1 xsig=AAAA`)).toBeUndefined();
    expect(extract(`${HEADER}a=1\tsig=AAAA`)).toBeUndefined();
    expect(extract(`${HEADER}a=1 SIG=AAAA`)).toBeUndefined();
    expect(extract(`${HEADER}a=1 sig\\=AAAA`)).toBeUndefined();
  });

  it("removes exactly one space before it", () => {
    expect(extract(`${HEADER}user_agent=   sig=${S}`)).toEqual(cef(S, `${HEADER}user_agent=  `));
    expect(extract(`${HEADER}sig=${S}`)).toEqual(cef(S, HEADER));
    expect(extract(`${HEADER} sig=${S}`)).toEqual(cef(S, HEADER));
  });

  it.each(["\n", "\r\n", "\r", "  ", " \t\r\n\n"])("takes the tail %j for no part of the record", (tail) => {
    expect(extract(`${samples.syslogTime}${tail}`)).toEqual(extract(samples.syslogTime));
  });

  it("is undefined where the signature is missing or empty, or the line is cut or more than one", () => {
    expect(extract(samples.authorization.split(" sig=")[0]!)).toBeUndefined();
    expect(extract(`${HEADER}a=1 sig=`)).toBeUndefined();
    expect(extract(`${HEADER}a=1 sig=  \r\n`)).toBeUndefined();
    expect(extract(`${samples.syslogTime}\n${samples.authorization}`)).toBeUndefined();
    expect(extract(`sig=${S}`)).toBeUndefined();
    expect(extract(`text sig=${S}`)).toBeUndefined();
    expect(extract("")).toBeUndefined();
  });

  it("keeps text outside ASCII, escapes and a byte order mark unchanged", () => {
    const payload = `\uFEFF${HEADER}user_agent=Zoë \\= \\n \\\\ 🎉 \u2028\u0000`;
    expect(extract(`${payload} sig=${S}`)).toEqual(cef(S, payload));
  });

  it("returns an invalid signature unchanged", () => {
    expect(extract(`${HEADER}a=1 sig=ünsinn==|`)).toEqual(cef("ünsinn==|", `${HEADER}a=1`));
    expect(extract(`${HEADER}a=1 sig=\uFEFFx`)).toEqual(cef("\uFEFFx", `${HEADER}a=1`));
  });
});

describe("extractSignature of JSON", () => {
  const json = (signature: string, signedPayload: string) => ({ format: "json", signature, signedPayload });

  it("cuts the member with the comma before it, wherever it is", () => {
    expect(extract(`{"a":1,"sig":"${S}"}`)).toEqual(json(S, '{"a":1}'));
    expect(extract(`{"a":1,"sig":"${S}","b":2}`)).toEqual(json(S, '{"a":1,"b":2}'));
    expect(extract(`{"sig":"${S}","b":2}`)).toEqual(json(S, '{"b":2}'));
    expect(extract(`{"sig":"${S}"}`)).toEqual(json(S, "{}"));
  });

  it("keeps spaces and order", () => {
    expect(extract(`{ "b" : 1 , "sig" : "${S}" , "a" : 2.50 }\r\n`)).toEqual(
      json(S, '{ "b" : 1  , "a" : 2.50 }'),
    );
    expect(extract(`{ "sig" : "${S}" , "a" : "\\u00e9é" }`)).toEqual(json(S, '{  "a" : "\\u00e9é" }'));
  });

  it("ignores text in a string, and members of a nested object", () => {
    const payload = `{"a":"\\",\\"sig\\":\\"AAAA\\"","q":{"sig":"BBBB","x":[{"sig":"CCCC"},"]}"]},"\\"sig":"DDDD","n":[]`;
    expect(extract(`${payload}}`)).toBeUndefined();
    expect(extract(`${payload},"sig":"${S}"}`)).toEqual(json(S, `${payload}}`));
  });

  it("knows an escaped quote from an escaped backslash before a quote", () => {
    for (const value of ["\\\\", '\\"', '\\\\\\"', "\\\\\\\\"]) {
      expect(extract(`{"a":"${value}","sig":"${S}","b":"${value}"}`)).toEqual(
        json(S, `{"a":"${value}","b":"${value}"}`),
      );
    }
  });

  it("takes an event for a CPS wrapper only where it is all there is", () => {
    expect(extract('{"event":{"sig":"AAAA"},"x":1}')).toBeUndefined();
    expect(extract(`{"event":{"sig":"AAAA"},"sig":"${S}"}`)).toEqual(json(S, '{"event":{"sig":"AAAA"}}'));
    expect(extract('{"event":[{"sig":"AAAA"}]}')).toBeUndefined();
    expect(extract('{"event":{"event":{"sig":"AAAA"}}}')).toBeUndefined();
    expect(extract('{ "event" : { "sig" : "AAAA" , "a" : 1 } }')).toMatchObject({
      format: "cps",
      signature: "AAAA",
      signedPayload: '{ "event" : {  "a" : 1 } }',
    });
  });

  it("takes the last of several, as JSON.parse does", () => {
    expect(extract('{"sig":"A","x":1,"sig":"B"}')).toEqual(json("B", '{"sig":"A","x":1}'));
    expect(extract('{"sig":"A","x":1,"sig":null}')).toBeUndefined();
  });

  it("is undefined without a signature or a complete object", () => {
    for (const text of [
      "{}",
      '{"a":1}',
      '{"sig":""}',
      '{"sig":7}',
      '{"sig":null,"a":1}',
      '{"sig":["A"]}',
      '{"sig":"A"',
      '{"a":{"b":1,"sig":"A"}',
      '{"a":1,"sig":"A"} x',
      '{"a":1,"sig":"A"}{}',
      '{"a":1 "sig":"A"}',
      '{"a":1,"sig" "A"}',
      '{"a":1,"sig":"\\x"}',
      '{"a":1,,"sig":"A"}',
      '{"a":,"sig":"A"}',
      '{"a":"1";"sig":"A"}',
      '{"event":["sig":"A"}}',
      '{a:1,"sig":"A"}',
      '{"a":"x,"sig":"A"}',
      '[{"sig":"A"}]',
      "{",
      '{"',
      '{"a',
      '{"a":',
      '{"a":1,',
    ]) {
      expect(extract(text), text).toBeUndefined();
    }
  });
});

describe("extractSignature of anything", () => {
  it("throws nothing, and agrees on text and bytes", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        HEADER,
        " sig=",
        'sig":"',
        '{"event":',
        '"',
        "{",
        "}",
        ",",
        ":",
        "\\",
        " ",
        "\n",
        S,
        "a=1",
      ),
      fc.string({ unit: "grapheme", maxLength: 5 }),
    );
    fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => void extract(pieces.join(""))));
  });

  it("does not throw for invalid UTF-8", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void extractSignature(bytes)));
    const record = Buffer.concat([
      Buffer.from(`${HEADER}a=`),
      Buffer.from([0xff, 0x81, 0xc3]),
      Buffer.from(` sig=${S}`),
    ]);
    const found = extractSignature(record);
    expect(Buffer.from(found!.signedPayload)).toEqual(record.subarray(0, -S.length - 5));
  });

  it("refuses an argument that is neither text nor bytes", () => {
    for (const argument of [undefined, null, 7, {}, []]) {
      expect(() => extractSignature(argument as never)).toThrow(KonnectError);
    }
  });

  const nested = {
    "deep nesting": (size: number) => `{"a":${"[".repeat(size / 2)}${"]".repeat(size / 2)},"sig":"A"}`,
    "nesting without end": (size: number) => '{"a":'.repeat(size / 5),
    "escaped quotes": (size: number) => `{"a":"${'\\"'.repeat(size / 2)}","sig":"A"}`,
    "backslashes in a string": (size: number) => `{"a":"${"\\".repeat(size)}","sig":"A"}`,
    "many members": (size: number) => `{${'"sig":"A",'.repeat(size / 10)}"b":1}`,
    "spaces before a brace": (size: number) => `${" ".repeat(size)}x`,
    "spaces in an object": (size: number) => `{${" ".repeat(size)}x`,
    "an open string": (size: number) => `{"${"a".repeat(size)}`,
  };
  for (const [name, make] of Object.entries({ ...hostile, ...nested })) {
    it(`takes time linear in the length on ${name}`, () => {
      const ratio = growth((size) => {
        const text = Buffer.from(make(size)).toString();
        return () => void extractSignature(text);
      });
      expect(ratio).toBeLessThan(24);
    });
  }
});
