import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAnyHead, readUsualHead } from "../../../src/records/event/cef-head.js";

const USUAL = "2026-11-25T10:00:00Z konghq.com CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|6|rt=1";

describe("readUsualHead", () => {
  it.each([
    ["a line as Konnect writes it", USUAL],
    ["spaces before the first field", USUAL.replace("|rt", "|   rt")],
    ["a line without fields", USUAL.replace("rt=1", "")],
    ["empty fields of the header", USUAL.replace("konnect|Authz.usage|6", "||")],
    ["a line break at the end", `${USUAL}\n`],
  ])("reads %s as the general way does", (_, line) => {
    const end = line.trimEnd().length;
    expect(readUsualHead(line, end)).toEqual(readAnyHead(line, end));
  });

  it.each([
    ["another vendor", USUAL.replace("KongInc", "Other")],
    ["no time", USUAL.replace("T10:00:00", "xxxxxxxxx")],
    ["a time with a letter before its first colon", USUAL.replace("10:", "1x:")],
    ["a | in its time", USUAL.replace("T10", "|10")],
    ["text before its time", ` ${USUAL}`],
    ["padding at the start of its time", `\t${USUAL.slice(1)}`],
    ["another line after it", `${USUAL}\nrt=2`],
    ["a header that was cut after the class", USUAL.slice(0, USUAL.indexOf("|Authz"))],
    ["a header that was cut after the name", USUAL.slice(0, USUAL.indexOf("|6"))],
    ["a header that was cut after the severity", USUAL.slice(0, USUAL.indexOf("|rt"))],
  ])("leaves a line with %s to the general way", (_, line) => {
    expect(readUsualHead(line, line.length)).toBeUndefined();
  });

  it("never differs from the general way", () => {
    const character = fc.constantFrom(..."|:T0 9\n\tx-Z");
    fc.assert(
      fc.property(fc.nat(USUAL.length - 1), character, fc.boolean(), (at, character, isInserted) => {
        const line = USUAL.slice(0, at) + character + USUAL.slice(at + (isInserted ? 0 : 1));
        const head = readUsualHead(line, line.length);
        if (head !== undefined) expect(head).toEqual(readAnyHead(line, line.length));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("readAnyHead", () => {
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
    expect(readAnyHead(line, line.length).head.timestamp).toBe(timestamp);
  });

  it("finds where the first field begins, behind any spaces", () => {
    const line = "CEF:0|v|p|1|c|n|5|   a=b";
    expect(readAnyHead(line, line.length).end).toBe(line.indexOf("a=b"));
  });
});
