import { describe, expect, it } from "vitest";
import { fromPulledRecord, parseAuditRecord } from "../../../src/records/index.js";

const HEADER = "2026-11-25T10:00:00Z konghq.com CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|1|";

describe("values", () => {
  it("with the wrong type are undefined, and their text is in malformed", () => {
    const line = `${HEADER}rt=yesterday src= action=list granted=yes kong_initiated=1 org_id=o`;
    const event = parseAuditRecord(line);
    expect(event).toMatchObject({
      malformed: { rt: "yesterday", granted: "yes", kong_initiated: "1" },
      src: "",
      time: new Date("2026-11-25T10:00:00Z"),
    });
    expect(event.type === "authorization" && event.granted).toBeUndefined();
    const json = {
      name: "Ingress",
      rt: 1.5,
      status: "x",
      src: null,
      org_id: 7,
      severity: "High",
      query: { a: [1] },
    };
    expect(parseAuditRecord(JSON.stringify(json))).toMatchObject({
      malformed: { rt: "1.5", status: "x", src: "null", org_id: "7", query: '{"a":[1]}' },
      severity: "High",
    });
  });

  it("are read in text, too", () => {
    const json = {
      name: "AUTHENTICATION_OUTCOME_LOCKED",
      rt: "1795600000123",
      success: "false",
      severity: "6",
    };
    expect(parseAuditRecord(JSON.stringify(json))).toMatchObject({
      rt: 1795600000123,
      success: false,
      severity: 6,
      outcome: "locked",
      malformed: {},
    });
  });

  it.each([
    ["9007199254740993", undefined],
    ["1e12", undefined],
    ["", undefined],
    ["-5", -5],
    ["9007199254740991", 9007199254740991],
  ])("rt=%s is not a date if no Date can hold it", (rt, expected) => {
    const event = parseAuditRecord(`${HEADER}rt=${rt} src=x`);
    expect(event.rt).toBe(expected);
    if (expected === undefined) expect(event.malformed.rt).toBe(rt);
    expect(Number.isNaN(event.time?.getTime() ?? 0)).toBe(false);
  });

  it.each(["1.5", "1/2", "1 2", "+1", "--1", "-", "1-", "1:", "123456789012345678"])(
    "status=%s is not a number",
    (status) => {
      const record = { name: "Ingress", status };
      expect(parseAuditRecord(JSON.stringify(record))).toMatchObject({
        status: undefined,
        malformed: { status },
      });
    },
  );

  it.each([
    ["rt=8640000000000000", 8640000000000000],
    ["rt=-8640000000000000", -8640000000000000],
    ["rt=8640000000000001", Date.parse("2026-11-25T10:00:00Z")],
    ["src=x", Date.parse("2026-11-25T10:00:00Z")],
  ])("determine the time: %s", (field, time) => {
    expect(parseAuditRecord(HEADER + field).time?.getTime()).toBe(time);
  });

  it.each([
    "Apr 14 05:39:08 host CEF:0|a|b|c|d|Authz.usage|1|src=x",
    "<134>2026-11-25T10:00:00Z host CEF:0|a|b|c|d|Authz.usage|1|src=x",
    "2026-13-25T10:00:00Z host CEF:0|a|b|c|d|Authz.usage|1|src=x",
    '{"name":"Authz.usage"}',
  ])("leave the time undefined if the record lacks a complete one: %s", (line) => {
    expect(parseAuditRecord(line).time).toBeUndefined();
  });

  it.each([
    [5.5, 5.5],
    [undefined, undefined],
    ["0", 0],
    ["100", 100],
    ["1000", "1000"],
    ["-1", "-1"],
    ["", ""],
    [null, "null"],
  ])("of severity: %j is %j", (severity, expected) => {
    expect(parseAuditRecord(JSON.stringify({ name: "Ingress", severity })).severity).toBe(expected);
  });

  it("have their escapes undone, and splitting comes first", () => {
    const event = parseAuditRecord(
      `${HEADER}rt=1 action=a\\=b\\\\ granted\\=true granted=false user_agent=x\\nrt\\=2`,
    );
    expect(event).toMatchObject({
      action: "a=b\\ granted=true",
      granted: false,
      user_agent: "x\\nrt=2",
      rt: 1,
    });
  });

  it("named like what every object has are like any other", () => {
    for (const line of [
      `${HEADER}__proto__=a constructor=b toString=c rt=1`,
      '{"name":"Authz.usage","__proto__":"a","constructor":"b","toString":"c","rt":1}',
      "CEF:0|a|b|c|d|Strange|1|__proto__=a constructor=b toString=c rt=1",
    ]) {
      const event = parseAuditRecord(line);
      expect({ ...event.extra }).toEqual(
        Object.fromEntries([
          ["__proto__", "a"],
          ["constructor", "b"],
          ["toString", "c"],
        ]),
      );
      expect(event.rt).toBe(1);
    }
    expect(fromPulledRecord({ type: "authorization", constructor: "x", toString: "y" }).extra).toMatchObject({
      constructor: "x",
    });
  });
});

describe("values that are never lost", () => {
  it("text in front of the first field, and an extension that is empty", () => {
    expect(parseAuditRecord(`${HEADER}some text rt=5`)).toMatchObject({ rt: 5, extra: { "": "some text" } });
    expect(parseAuditRecord(`${HEADER}some text`)).toMatchObject({ extra: { "": "some text" } });
    expect(parseAuditRecord(HEADER)).toMatchObject({ type: "authorization", extra: {}, rt: undefined });
  });

  it("a header with escapes, a strange prefix, and a severity in words", () => {
    const event = parseAuditRecord("<134>1 host CEF:1|a\\|b|c\\\\|d|e|Authz.x\\|y|Very-High|rt=1");
    expect(event).toMatchObject({
      vendor: "a|b",
      product: "c\\",
      cef_version: "1",
      resource: "x|y",
      severity: "Very-High",
      timestamp: undefined,
    });
  });
});
