import { describe, expect, it } from "vitest";
import { fromPulledRecord, KonnectError, parseAuditRecord, parseCef } from "../../../src/records/index.js";

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
      cef_version: "0",
      event_class_id: "AUTHENTICATION_TYPE_PAT",
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
      event_class_id: "s",
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

  it("refuses what is not an object, and says what to pass", () => {
    for (const wrong of [
      "line",
      "",
      7,
      null,
      undefined,
      true,
      [],
      [{ type: "authorization" }],
      Symbol("x"),
    ]) {
      const attempt = () => fromPulledRecord(wrong as never);
      expect(attempt).toThrow(KonnectError);
      expect(attempt).toThrow(/pass one record of listAuditLogs/);
    }
  });

  it("throws only KonnectError, whatever the members are", () => {
    const circular: Record<string, unknown> = { type: "authorization" };
    circular.self = circular;
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
    const throws = {
      get ts() {
        throw new TypeError("no");
      },
    };
    for (const wrong of [
      circular,
      { type: "authorization", trace_id: 10n },
      { type: "authorization", x: deep },
      { toJSON: () => circular, x: circular },
      throws,
    ]) {
      const attempt = () => fromPulledRecord(wrong);
      expect(attempt).toThrow(KonnectError);
      expect(attempt).toThrow(/JSON/);
    }
    const odd: unknown[] = [
      Symbol("s"),
      () => 1,
      undefined,
      null,
      Number.NaN,
      { toString: "a" },
      [1],
      new Map(),
    ];
    const members = [
      "type",
      "ts",
      "outcome",
      "resource",
      "service",
      "authentication_type",
      "granted",
      "status_code",
    ];
    for (const type of ["authorization", "authentication", "gateway_access", "other", undefined])
      for (const member of [...members, "trace_id", "uri", "portal_id", "brand_new"])
        for (const value of odd) {
          const event = fromPulledRecord({ type, [member]: value });
          expect(typeof event.raw).toBe("string");
          for (const text of Object.values(event.extra)) expect(typeof text).toBe("string");
          for (const text of Object.values(event.malformed)) expect(typeof text).toBe("string");
          JSON.stringify(event);
        }
  });

  it("makes the event that parseAuditRecord makes of the line", () => {
    const record = { ...base, type: "authorization", action: "list" };
    const line = JSON.stringify(record);
    expect(parseAuditRecord(line)).toEqual(fromPulledRecord(record));
    expect(parseAuditRecord(` ${line}\n`)).toEqual({ ...fromPulledRecord(record), raw: ` ${line}\n` });
    expect(parseAuditRecord(JSON.stringify({ type: "unknown", original: record }))).toMatchObject({
      type: "authorization",
      action: "list",
    });
  });

  it("loses no digit of a line, which JSON.parse would round", () => {
    const line = '{"ts":"2026-01-01T00:00:00Z","type":"authorization","trace_id":3959872677347089807}';
    expect(parseAuditRecord(line)).toMatchObject({
      format: "pull",
      trace_id: "3959872677347089807",
      raw: line,
    });
  });

  it("is not what parseAuditRecord makes of other text", () => {
    expect(() => parseAuditRecord('{"a":1}')).toThrow(/not an audit record/);
    expect(() => parseCef("hello")).toThrow(/CEF: is missing/);
  });

  it.each([
    [null, "null"],
    [[], "an array"],
    ["x", "string"],
    [undefined, "undefined"],
  ])("says that it got %j", (record, got) => {
    expect(() => fromPulledRecord(record as never)).toThrow(`an object (got ${got})`);
  });

  it("has the cause if the record cannot be written as JSON", () => {
    const circle: Record<string, unknown> = { type: "authorization" };
    circle.circle = circle;
    expect(() => fromPulledRecord(circle)).toThrow(
      expect.objectContaining({ code: "invalid_input", cause: expect.any(Error) }),
    );
  });
});
