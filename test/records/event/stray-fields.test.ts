import { describe, expect, it } from "vitest";
import { parseAuditRecord } from "../../../src/records/index.js";

const AUTHORIZATION = "2026-11-25T10:00:00Z konghq.com CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|1|";
const ACCESS = "2026-11-25T10:00:00Z konghq.com CEF:0|KongInc|Konnect|1.0|KongGateway|Ingress|1|";

describe("a stray key= outside client-chosen text", () => {
  it("is reported with the field that contains it, and puts the optional field after it in doubt", () => {
    const fields =
      "rt=1 src=a action=list granted=true org_id=o principal_id=p src=z actor_id=q trace_id=t user_agent=u";
    const event = parseAuditRecord(AUTHORIZATION + fields);
    expect(event).toMatchObject({ src: "a", principal_id: "p", actor_id: undefined, trace_id: "t" });
    expect(event.duplicates).toContainEqual({ key: "src", field: "principal_id" });
    expect(event.duplicates).toContainEqual({ key: "actor_id", field: "principal_id" });
  });

  it("no longer matters after the next field", () => {
    const fields =
      "rt=1 src=a action=list granted=true org_id=o src=z principal_id=p actor_id=q trace_id=t user_agent=u";
    expect(parseAuditRecord(AUTHORIZATION + fields)).toMatchObject({
      src: "a",
      actor_id: "q",
      duplicates: [{ key: "src", field: "org_id" }],
    });
  });

  it("does not replace a field that occurred before", () => {
    const fields =
      "rt=1 src=a action=list granted=true org_id=o principal_id=p actor_id=1 actor_id=2 trace_id=t user_agent=u";
    expect(parseAuditRecord(AUTHORIZATION + fields)).toMatchObject({
      actor_id: "1",
      duplicates: [{ key: "actor_id", field: "actor_id" }],
    });
  });
});

describe("an undocumented field", () => {
  it("keeps its first value, and a second one is reported with it", () => {
    const fields =
      "rt=1 src=a x=1 x=2 action=list granted=true org_id=o principal_id=p trace_id=t user_agent=u";
    const event = parseAuditRecord(AUTHORIZATION + fields);
    expect(event.extra).toEqual({ x: "1" });
    expect(event.duplicates).toEqual([{ key: "x", field: "x" }]);
  });

  it("in doubt is reported with the client-chosen text before it, not with the field before it", () => {
    const event = parseAuditRecord(
      `${ACCESS}rt=1 src=a request=/x act=GET status=200 org_id=o x=1 principal_id=p trace_id=t query={}`,
    );
    expect(event.extra).toEqual({ x: "1" });
    expect(event.duplicates).toContainEqual({ key: "x", field: "request" });
    expect(event.duplicates).not.toContainEqual({ key: "x", field: "org_id" });
  });

  it("is not reported in a complete line, after client-chosen text or not", () => {
    const event = parseAuditRecord(
      `${ACCESS}rt=1 src=a request=/x act=GET status=200 org_id=o x=1 principal_id=p user_agent=u trace_id=t query={}`,
    );
    expect(event.extra).toEqual({ x: "1" });
    expect(event.duplicates).toEqual([]);
  });
});
