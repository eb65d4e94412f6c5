import { describe, expect, it } from "vitest";
import { readCefHeader } from "../../../src/records/event/cef-header.js";

describe("readCefHeader", () => {
  it.each([
    ["2026-11-25T10:00:00Z host ", "2026-11-25T10:00:00Z"],
    ["2026-11-25T10:00:00Z ", "2026-11-25T10:00:00Z"],
    ["<134>Nov 25 10:00:00 host ", "<134>Nov 25 10:00:00"],
    ["9:00 host ", "9:00"],
    ["0:00 host ", "0:00"],
    ["host ", undefined],
    ["a:b host ", undefined],
    ["/:b host ", undefined],
    ["::1 host ", undefined],
    ["", undefined],
  ])("finds the time in %j", (prefix, timestamp) => {
    const line = `${prefix}CEF:0|v|p|1|c|n|5|`;
    expect(readCefHeader(line, line.length)).toMatchObject({ header: { timestamp } });
  });

  it("finds where the first field begins, behind any spaces", () => {
    const line = "CEF:0|v|p|1|c|n|5|   a=b";
    expect(readCefHeader(line, line.length)).toMatchObject({
      end: line.indexOf("a=b"),
      malformed: undefined,
    });
  });

  it("reads a version behind spaces, and reports it", () => {
    const line = "CEF: 0|v|p|1|c|n|5|a=b";
    expect(readCefHeader(line, line.length)).toMatchObject({
      header: { cef_version: "0" },
      malformed: { cef_version: " 0" },
    });
  });

  it("returns the problem of a header that was cut", () => {
    expect(readCefHeader("CEF:0|v|p", 9)).toMatchObject({ reason: "header", offset: 9 });
  });
});
