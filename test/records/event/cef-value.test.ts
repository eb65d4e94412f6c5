import { describe, expect, it } from "vitest";
import { readCefValue } from "../../../src/records/event/cef-value.js";

const JSON_WITH_BACKSLASH = String.raw`{"a":"\\"}`;

describe("readCefValue", () => {
  it.each([
    ["org_id", String.raw`a\=b\\c\nd\re\x`, "a=b\\c\nd\re\\x"],
    ["user_agent", String.raw`a\=b\\c\nd`, String.raw`a=b\c\nd`],
    ["query", String.raw`{"a":"b\=c"}`, '{"a":"b=c"}'],
    ["query", String.raw`a\=b`, "a=b"],
    ["query", JSON_WITH_BACKSLASH, JSON_WITH_BACKSLASH],
    ["query", '{"a":1}', '{"a":1}'],
    ["user_agent", JSON_WITH_BACKSLASH, String.raw`{"a":"\"}`],
  ])("undoes the escapes of %s in %s", (key, sent, text) => {
    expect(readCefValue(`x=${sent} y=`, 2, 2 + sent.length, key)).toBe(text);
  });

  it("leaves a value of a line without escapes as it is", () => {
    expect(readCefValue("x=abc", 2, 5, "org_id", false)).toBe("abc");
    expect(readCefValue(String.raw`x=a\=c`, 2, 6, "org_id", false)).toBe(String.raw`a\=c`);
  });
});
