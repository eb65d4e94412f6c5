import { describe, expect, expectTypeOf, it } from "vitest";
import type * as z from "zod";
import { type AuditEvent, auditEventSchema } from "../../src/index.js";
import {
  fromPulledRecord,
  KonnectError,
  parseAuditRecord,
  RecordSyntaxError,
  safeParseAuditRecord,
} from "../../src/records/index.js";
import { samples } from "../../src/testing/samples.js";
import { hostile } from "../support/hostile.js";
import { growth } from "../support/linear.js";

const HEADER = "2026-11-25T10:00:00Z konghq.com CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|1|";

function refusal(line: unknown): RecordSyntaxError {
  try {
    parseAuditRecord(line as string);
  } catch (error) {
    return error as RecordSyntaxError;
  }
  throw new Error(`taken: ${line}`);
}

describe("the reference's samples", () => {
  it("are typed events", () => {
    expect(parseAuditRecord(samples.authorization)).toEqual({
      type: "authorization",
      format: "cef",
      raw: samples.authorization,
      vendor: "KongInc",
      product: "Konnect",
      version: "1.0",
      cefVersion: "0",
      eventClassId: "konnect",
      name: "Authz.control-planes",
      severity: 1,
      timestamp: "2025-06-18T21:02:36Z",
      time: new Date(1750280466889),
      rt: 1750280466889,
      src: "127.0.0.6",
      action: "list",
      granted: true,
      resource: "control-planes",
      org_id: "777db3e4-5cb7-4dd5-b51c-9878096a6999",
      principal_id: "eb999f01-5976-4f4b-9fbc-dd5d514bd675",
      trace_id: "3959872677347089807",
      user_agent: "grpc-node-js/1.12.4",
      sig: "KbLaBhQFnggT_8CyC95b777R1_fGvvLVDn7awjZK8eZLdGPrSvnS-sxJw63j930eKr-VTsQv8-TQTD_GVmAPAQ",
      extra: {},
      duplicates: [],
      malformed: {},
    });
    expect(parseAuditRecord(samples.portalAuthentication)).toMatchObject({
      type: "authentication",
      product: "Dev-Portal",
      severity: 0,
      success: true,
      authentication_type: "basic",
      outcome: "success",
      portal_id: "3e551b39-227d-4297-b911-e68fd5d77c17",
      user_agent: "",
    });
    expect(parseAuditRecord(samples.syslogTime)).toMatchObject({
      timestamp: "Apr 14 05:39:08",
      time: new Date(1681450748406),
      user_agent: "grpc-node/1.24.11 grpc-c/8.0.0 (linux; chttp2; ganges)",
    });
    expect(parseAuditRecord(samples.json)).toMatchObject({
      type: "authorization",
      format: "json",
      cefVersion: "0",
      severity: 1,
      trace_id: "3895213347334635099",
      resource: "identity-provider",
      rt: 1682715129807,
      timestamp: "2023-04-28T20:52:09Z",
    });
  });
});

describe("the three formats", () => {
  const common = { event_vendor: "KongInc", event_product: "Konnect", event_version: "1.0", cef_version: 0 };
  const json = {
    ...common,
    event_ts: "2026-11-25T10:00:00Z",
    event_class_id: "KongGateway",
    name: "Ingress",
    severity: "6",
    rt: 1795600000123,
    src: "192.0.2.1",
    request: "/v2/x",
    act: "GET",
    status: 403,
    org_id: "o",
    principal_id: "p",
    user_agent: "a b",
    trace_id: 42,
    query: "{}",
    kong_initiated: true,
    brand_new: "1",
    sig: "S",
  };
  const cef =
    "2026-11-25T10:00:00Z konghq.com CEF:0|KongInc|Konnect|1.0|KongGateway|Ingress|6|rt=1795600000123 src=192.0.2.1 brand_new=1 request=/v2/x act=GET status=403 kong_initiated=true org_id=o principal_id=p user_agent=a b trace_id=42 query={} sig=S";
  const event = {
    type: "access",
    severity: 6,
    cefVersion: "0",
    rt: 1795600000123,
    time: new Date(1795600000123),
    status: 403,
    kong_initiated: true,
    trace_id: "42",
    extra: { brand_new: "1" },
  };

  it("give the same event, but for format and raw", () => {
    const all = [cef, JSON.stringify(json), JSON.stringify({ event: json })].map(parseAuditRecord);
    expect(all.map(({ format }) => format)).toEqual(["cef", "json", "cps"]);
    for (const one of all) {
      expect(one).toMatchObject(event);
      expect({ ...one, format: "", raw: "" }).toStrictEqual({ ...all[0], format: "", raw: "" });
    }
  });

  it("are told apart by looking, through a byte order mark, white space and line breaks", () => {
    for (const line of [cef, JSON.stringify(json), JSON.stringify({ event: json })])
      for (const [before, after] of [
        ["\uFEFF", ""],
        ["", "\r\n"],
        ["  ", " \n"],
      ] as const) {
        const read = parseAuditRecord(before + line + after);
        expect(read).toMatchObject(event);
        expect(read.raw).toBe(before + line + after);
      }
  });

  it("keep what rides along with a CPS wrapper", () => {
    const line = JSON.stringify({ extra_outer: { a: 1 }, event: json });
    expect(parseAuditRecord(line)).toMatchObject({
      format: "cps",
      extra: { brand_new: "1", extra_outer: '{"a":1}' },
    });
  });
});

describe("values", () => {
  it("that have not their type are undefined, and their text stands in malformed", () => {
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
  ])("rt=%s is no date where no Date can hold it", (rt, expected) => {
    const event = parseAuditRecord(`${HEADER}rt=${rt} src=x`);
    expect(event.rt).toBe(expected);
    if (expected === undefined) expect(event.malformed.rt).toBe(rt);
    expect(Number.isNaN(event.time?.getTime() ?? 0)).toBe(false);
  });

  it("have their escapes undone, and splitting comes first", () => {
    const event = parseAuditRecord(
      `${HEADER}rt=1 action=a\\=b\\\\ granted\\=true granted=false user_agent=x\\nrt\\=2`,
    );
    expect(event).toMatchObject({
      action: "a=b\\ granted=true",
      granted: false,
      user_agent: "x\nrt=2",
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

describe("a record of a kind that is not known", () => {
  it("keeps all its fields", () => {
    const line =
      "t CEF:0|KongInc|Konnect|1.0|dp|DataPlane.connected|1|rt=5 node=n1 org_id=o version=3.9 user_agent=a b=c";
    expect(parseAuditRecord(line)).toMatchObject({
      type: "unknown",
      name: "DataPlane.connected",
      rt: 5,
      org_id: "o",
      user_agent: "a b=c",
      extra: { node: "n1", version: "3.9" },
      duplicates: [],
    });
    const forged = parseAuditRecord(`${line} org_id=other sig=x y`);
    expect(forged.org_id).toBe("o");
    expect(forged.duplicates).toEqual([
      { key: "org_id", field: "user_agent" },
      { key: "sig", field: "user_agent" },
    ]);
  });
});

describe("what is lost nowhere", () => {
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
      cefVersion: "1",
      resource: "x|y",
      severity: "Very-High",
      timestamp: undefined,
    });
  });
});

describe("a line that is no record", () => {
  it.each([
    ["", "empty"],
    [" \r\n", "empty"],
    ["hello", "no_record"],
    ["[]", "no_record"],
    ["{}", "no_record"],
    ['{"event":7}', "no_record"],
    ['{"name":7}', "no_record"],
    ["{", "json"],
    ['{"name":"Ingress"', "json"],
    [`{"name":"Ingress","x":${"[".repeat(9000)}${"]".repeat(9000)}}`, "json"],
    ["CEF:0|KongInc|Konnect", "cef"],
    [`${HEADER}rt=1\nrt=2`, "cef"],
  ])("%j is refused with reason %s, and kept", (line, reason) => {
    const error = refusal(line);
    expect(error).toBeInstanceOf(RecordSyntaxError);
    expect(error).toBeInstanceOf(KonnectError);
    expect(error).toMatchObject({ code: "record_syntax", reason, line });
    expect(Object.keys(error)).not.toContain("line");
    expect(safeParseAuditRecord(line)).toMatchObject({ success: false, error: { reason } });
  });

  it("is something else than a wrong argument", () => {
    for (const wrong of [undefined, 7, null, new Uint8Array()])
      expect(refusal(wrong)).toMatchObject({ code: "invalid_input" });
    expect(() => safeParseAuditRecord(7 as never)).toThrow(KonnectError);
    expect(safeParseAuditRecord(samples.json)).toMatchObject({
      success: true,
      event: { type: "authorization" },
    });
  });
});

describe("fromPulledRecord", () => {
  const base = {
    ts: "2026-11-25T10:00:00.123Z",
    client_ip: "192.0.2.1",
    org_id: "o",
    principal_id: "p",
    user_agent: "a",
  };
  it("makes the same events of pulled records", () => {
    const trace = { trace_id: "6b06", signature: "s" };
    expect(
      fromPulledRecord({
        type: "authentication",
        ...base,
        ...trace,
        authentication_type: "pat",
        outcome: "invalid_password",
        successful: false,
        uri: "/x",
      }),
    ).toEqual({
      type: "authentication",
      format: "pull",
      raw: expect.stringContaining('"outcome":"invalid_password"'),
      vendor: "KongInc",
      product: "Konnect",
      version: "1.0",
      cefVersion: "0",
      eventClassId: "AUTHENTICATION_TYPE_PAT",
      name: "AUTHENTICATION_OUTCOME_INVALID_PASSWORD",
      severity: 1,
      timestamp: "2026-11-25T10:00:00.123Z",
      time: new Date("2026-11-25T10:00:00.123Z"),
      rt: Date.parse("2026-11-25T10:00:00.123Z"),
      src: "192.0.2.1",
      org_id: "o",
      principal_id: "p",
      user_agent: "a",
      trace_id: "6b06",
      sig: "s",
      request: "/x",
      success: false,
      authentication_type: "pat",
      outcome: "invalid_password",
      extra: {},
      duplicates: [],
      malformed: {},
    });
    const authorization = {
      type: "authorization",
      ...base,
      action: "list",
      granted: false,
      resource: "r",
      service: "s",
    };
    expect(fromPulledRecord({ ...authorization, portal_id: "x", uri: "/y" })).toMatchObject({
      type: "authorization",
      name: "Authz.r",
      eventClassId: "s",
      severity: 6,
      product: "Dev-Portal",
      granted: false,
      resource: "r",
      extra: { uri: "/y" },
    });
    const access = {
      type: "gateway_access",
      ...base,
      method: "PUT",
      status_code: 500,
      uri: "/z",
      query: "{}",
      actor_id: "",
    };
    expect(fromPulledRecord(access)).toMatchObject({
      type: "access",
      severity: 10,
      act: "PUT",
      status: 500,
      request: "/z",
      actor_id: "",
    });
  });

  it.each([
    ["success", 0],
    ["not_found", 1],
    ["locked", 6],
    ["disabled", 6],
    ["invalid", 7],
    ["brand_new", 7],
  ])("rates the outcome %s as delivered records are", (outcome, severity) => {
    expect(fromPulledRecord({ authentication_type: "sso", outcome })).toMatchObject({ severity, outcome });
  });

  it.each([
    [200, 1],
    [401, 6],
    [403, 6],
    [500, 10],
    [503, 1],
  ])("rates the status %i as delivered records are", (status_code, severity) => {
    expect(fromPulledRecord({ type: "gateway_access", status_code })).toMatchObject({ severity });
  });

  it("keeps what it does not know", () => {
    const original = { type: "data_plane", ts: "never", x: { y: 1 } };
    const event = fromPulledRecord({ type: "unknown", original });
    expect(event).toMatchObject({
      type: "unknown",
      name: "data_plane",
      raw: JSON.stringify(original),
      time: undefined,
      extra: { x: '{"y":1}', type: "data_plane", ts: "never" },
    });
    expect(fromPulledRecord({})).toMatchObject({ type: "unknown", name: "" });
  });
});

describe("an event", () => {
  it("is a plain object: it spreads, compares and serializes", () => {
    const event = parseAuditRecord(samples.authorization);
    expect({ ...event }).toStrictEqual(event);
    expect(Object.keys(event)).toContain("time");
    expect(JSON.parse(JSON.stringify(event))).toMatchObject({
      time: "2025-06-18T21:01:06.889Z",
      granted: true,
    });
    expect(structuredClone(event).time).toEqual(event.time);
    expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
  });

  it("fits auditEventSchema, whose type is AuditEvent", () => {
    expectTypeOf<z.infer<typeof auditEventSchema>>().toEqualTypeOf<AuditEvent>();
    for (const line of [
      ...Object.values(samples),
      `${HEADER}rt=x rt=1 new=2`,
      '{"name":"Ingress","status":"x"}',
      '{"name":"new"}',
    ]) {
      const event = parseAuditRecord(line);
      expect(auditEventSchema.parse(event)).toEqual(event);
      const stored = JSON.parse(JSON.stringify(event));
      expect(auditEventSchema.safeParse({ ...stored, time: new Date(stored.time ?? 0) }).success).toBe(true);
    }
    expect(auditEventSchema.safeParse({ ...parseAuditRecord(samples.json), granted: "yes" }).success).toBe(
      false,
    );
  });
});

describe("time", () => {
  const shapes = {
    ...hostile,
    "granted= again and again": (size: number) => `${HEADER}user_agent=${" granted=true".repeat(size / 13)}`,
    "a whole row again and again": (size: number) =>
      `${HEADER}${"rt=1 src=a action=b granted=c org_id=d principal_id=e ".repeat(size / 54)}`,
    "undocumented keys": (size: number) => `${HEADER}rt=1${" a=b".repeat(size / 4)}`,
    "a nested JSON record": (size: number) =>
      `{"name":"Ingress","x":${"[".repeat(size / 2)}${"]".repeat(size / 2)}}`,
    "big integers": (size: number) =>
      `{"name":"Ingress","x":[${"12345678901234567890,".repeat(size / 21)}1]}`,
    "JSON strings": (size: number) =>
      `{"name":"Ingress","x":["1234567890123456"${',"\\\\"'.repeat(size / 5)}]}`,
  };
  it.each(Object.entries(shapes))("is linear for %s", (_, make) => {
    const work = (size: number) => {
      const line = make(size);
      return () => void safeParseAuditRecord(line);
    };
    expect(growth(work, 1 << 13)).toBeLessThan(24);
  });
});
