import { describe, expect, it } from "vitest";
import {
  createFailureCounter,
  detectSignals,
  fromPulledRecord,
  parseAuditRecord,
} from "../../src/records/index.js";

const event = (fields: object) => parseAuditRecord(JSON.stringify(fields));
const names = (fields: object) =>
  detectSignals(event(fields)).map(({ name, severity }) => `${name} ${severity}`);

describe("detectSignals", () => {
  it.each([
    [{ name: "Ingress", severity: 10, status: 500 }, ["server_error high"]],
    [{ name: "Ingress", severity: 6, status: 403 }, ["request_refused medium"]],
    [{ name: "Ingress", severity: 1, status: 200 }, []],
    [
      { name: "AUTHENTICATION_OUTCOME_LOCKED", severity: 6, success: false },
      ["account_locked high", "authentication_failed low"],
    ],
    [
      { name: "AUTHENTICATION_OUTCOME_DISABLED", severity: 6, success: false },
      ["disabled_account_used high", "authentication_failed low"],
    ],
    [
      { name: "AUTHENTICATION_OUTCOME_INVALID", severity: 7, success: false },
      ["authentication_unknown medium", "authentication_failed low"],
    ],
    [{ name: "AUTHENTICATION_OUTCOME_SUCCESS", severity: 0, success: true }, []],
    [{ name: "Authz.x", severity: 1, granted: true }, []],
    [{ name: "Authz.x", severity: 6, granted: false }, ["authorization_denied medium"]],
    [{ name: "Authz.x", severity: 6, granted: "perhaps" }, ["authorization_denied medium"]],
    [{ name: "Authz.x", granted: true, kong_initiated: true }, ["system_event info"]],
    [{ name: "New.kind" }, []],
  ])("%j", (fields, expected) => {
    expect(names(fields)).toEqual(expected);
  });

  it("reports injected fields, which cannot make a system event", () => {
    const line =
      "CEF:0|KongInc|Konnect|1.0|konnect|Authz.x|6|rt=1 src=a action=b granted=false org_id=o principal_id=p trace_id=t user_agent=x kong_initiated=true granted=true sig=S";
    expect(detectSignals(parseAuditRecord(line)).map(({ name }) => name)).toEqual([
      "field_injection",
      "authorization_denied",
    ]);
  });

  it("takes pulled events, too", () => {
    expect(detectSignals(fromPulledRecord({ type: "gateway_access", status_code: 500 }))).toEqual([
      { name: "server_error", severity: "high" },
    ]);
  });
});

describe("createFailureCounter", () => {
  const failure = (rt: number, more: object = {}) =>
    event({
      name: "AUTHENTICATION_OUTCOME_NOT_FOUND",
      success: false,
      src: "a",
      principal_id: "p",
      rt,
      ...more,
    });

  it("reports a burst within the window of event time, and starts over", () => {
    const count = createFailureCounter({ threshold: 3, windowMs: 1000 });
    expect(count(failure(0))).toBeUndefined();
    expect(count(failure(1001))).toBeUndefined();
    expect(count(failure(500))).toBeUndefined();
    const burst = { key: "a", count: 3, since: new Date(500), until: new Date(1500) };
    expect(count(failure(1500))).toEqual(burst);
    expect(count(failure(1902))).toBeUndefined();
  });

  it("counts failures only, by principal or address", () => {
    const byPrincipal = createFailureCounter({ by: "principal_id", threshold: 2 });
    expect(byPrincipal(failure(1, { src: "a" }))).toBeUndefined();
    expect(byPrincipal(failure(2, { success: true }))).toBeUndefined();
    expect(byPrincipal(failure(2, { name: "Authz.x" }))).toBeUndefined();
    expect(byPrincipal(failure(2, { principal_id: "" }))).toBeUndefined();
    expect(byPrincipal(failure(2, { rt: "x" }))).toBeUndefined();
    expect(byPrincipal(failure(3, { src: "b" }))).toMatchObject({ key: "p", count: 2 });
  });

  it("forgets the one that failed the longest ago when there are too many", () => {
    const count = createFailureCounter({ threshold: 2, maxKeys: 2 });
    for (const src of ["a", "b", "c"]) expect(count(failure(1, { src }))).toBeUndefined();
    expect(count(failure(2, { src: "a" }))).toBeUndefined();
    expect(count(failure(2, { src: "c" }))).toMatchObject({ key: "c" });
    expect(count(failure(2, { src: "b" }))).toBeUndefined();
  });
});
