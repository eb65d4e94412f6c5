import { describe, expect, expectTypeOf, it } from "vitest";
import type * as z from "zod";
import type { AuditEvent } from "../../../src/index.js";
import { parseAuditRecord } from "../../../src/records/index.js";
import { samples } from "../../../src/testing/samples.js";
import { auditEventSchema } from "../../../src/zod/index.js";

const HEADER = "2026-11-25T10:00:00Z konghq.com CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|1|";

describe("the reference's samples", () => {
  it("are typed events", () => {
    expect(parseAuditRecord(samples.authorization)).toEqual({
      type: "authorization",
      format: "cef",
      raw: samples.authorization,
      vendor: "KongInc",
      product: "Konnect",
      version: "1.0",
      cef_version: "0",
      event_class_id: "konnect",
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
      cef_version: "0",
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
    cef_version: "0",
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

  it("are recognized after a byte order mark, white space and line breaks", () => {
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

it("members of Object.prototype are not members of a record", () => {
  const line = `${samples.json.slice(0, -1)},"brand_new":{"nested":1}}`;
  let after: string[];
  Object.defineProperty(Object.prototype, "polluted", {
    value: {},
    enumerable: true,
    configurable: true,
    writable: true,
  });
  try {
    after = Object.keys(parseAuditRecord(line).extra);
  } finally {
    Reflect.deleteProperty(Object.prototype, "polluted");
  }
  expect(after).toEqual(["brand_new"]);
});
