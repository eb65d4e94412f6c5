import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CefSyntaxError, formatCef, parseCef, type WritableCefRecord } from "../../../src/records/index.js";

const base: WritableCefRecord = {
  version: "0",
  deviceVendor: "KongInc",
  deviceProduct: "Konnect",
  deviceVersion: "1.0",
  deviceEventClassId: "konnect",
  name: "Authz.usage",
  severity: "1",
  extensions: {},
};

describe("formatCef", () => {
  it("writes the escapes of the standard", () => {
    const record = {
      ...base,
      prefix: "Apr 14 05:39:08 konghq.com",
      name: "a|b\\c=d",
      extensions: { x: "p|q\\r=s\nt\r", y: "" },
    };
    expect(formatCef(record)).toBe(
      "Apr 14 05:39:08 konghq.com CEF:0|KongInc|Konnect|1.0|konnect|a\\|b\\\\c=d|1|x=p|q\\\\r\\=s\\nt\\r y=",
    );
  });

  it.each([
    ["a line feed in a header field", { name: "a\nb" }],
    ["a line feed in the prefix", { prefix: "a\nb" }],
    ["an empty prefix", { prefix: "" }],
    ["a prefix with a space around it", { prefix: "a " }],
    ["a prefix with a marker in it", { prefix: "x CEF:0|" }],
    ["an invalid version", { version: "0.1" }],
    ["an empty version", { version: "" }],
    ["a version that is a number, but not in digits", { version: "1e3" }],
    ["a version beyond 2^53", { version: "9007199254740992" }],
    ["a last value that ends in a space", { extensions: { a: "1", b: "2 " } }],
    ["a last value that ends in a tab", { extensions: { a: "\t" } }],
    ["a key with a space", { extensions: { "a b": "1" } }],
    ["an empty key", { extensions: { "": "1" } }],
    ["a value that is not a string", { extensions: { a: 1 as never } }],
    ["a missing field", { severity: undefined as never }],
  ])("refuses %s as unwritable", (_, change) => {
    try {
      formatCef({ ...base, ...change });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(CefSyntaxError);
      expect(error).toMatchObject({ code: "cef_syntax", reason: "unwritable", offset: undefined });
    }
  });

  it("gives the record again when parsed, or refuses it", () => {
    const nasty = fc.oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.string({ unit: fc.constantFrom(..."\\|= \t\r\nab:\uFEFF\u2028", "CEF:0|", " sig="), maxLength: 12 }),
    );
    const key = fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.,\-[\]]{0,5}$/),
      fc.constant("__proto__"),
    );
    const record = fc.record(
      {
        prefix: nasty,
        version: fc.nat().map(String),
        deviceVendor: nasty,
        deviceProduct: nasty,
        deviceVersion: nasty,
        deviceEventClassId: nasty,
        name: nasty,
        severity: nasty,
        extensions: fc.dictionary(key, nasty),
      },
      { requiredKeys: Object.keys(base) as (keyof typeof base)[] },
    );
    let written = 0;
    fc.assert(
      fc.property(record, (input) => {
        let line: string;
        try {
          line = formatCef(input);
        } catch (error) {
          if (error instanceof CefSyntaxError && error.reason === "unwritable") return;
          throw error;
        }
        written++;
        const { extensions, ...parsed } = parseCef(`${line}\r\n`);
        expect(parsed).toEqual({ ...input, extensions: undefined, duplicates: [] });
        expect(Object.entries(extensions).sort()).toEqual(Object.entries(input.extensions).sort());
      }),
      { numRuns: 2000 },
    );
    expect(written).toBeGreaterThan(200);
  });
});
