import { parseAuditRecord } from "konnect-audit-logs/records";
import { auditRecord } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { createFilter, filterText } from "../../src/query/filter.js";

const authorization = parseAuditRecord(
  auditRecord({
    action: "list",
    granted: false,
    src: "192.0.2.7",
    principal_id: "p1",
    name: "Authz.portals",
  }),
);
const access = parseAuditRecord(
  auditRecord({
    type: "access",
    act: "GET",
    status: 403,
    src: "2001:db8::1",
    principal_id: "p2",
    extra: { custom: "x" },
  }),
);
const login = parseAuditRecord(auditRecord({ type: "authentication", success: false, src: "" }));
const all = { authorization, access, login };
const matching = (options: Parameters<typeof createFilter>[0]) =>
  Object.entries(all)
    .filter(([, event]) => createFilter(options)?.(event) ?? true)
    .map(([name]) => name);

describe("filters", () => {
  it.each([
    [{}, ["authorization", "access", "login"]],
    [{ type: ["access", "authentication"] }, ["access", "login"]],
    [{ principal: ["p1", "p2"] }, ["authorization", "access"]],
    [{ action: ["list"] }, ["authorization"]],
    [{ action: ["GET"] }, ["access"]],
    [{ resource: ["portals"] }, ["authorization"]],
    [{ denied: true }, ["authorization", "access"]],
    [{ failed: true }, ["access", "login"]],
    [{ denied: true, failed: true }, ["authorization", "access", "login"]],
    [{ src: ["192.0.2.0/24"] }, ["authorization"]],
    [{ src: ["2001:DB8::/32", "192.0.2.7"] }, ["authorization", "access"]],
    [{ src: ["192.0.2.8"] }, []],
    [{ trace: [access.trace_id] }, ["access"]],
    [{ signal: ["authorization_denied"] }, ["authorization"]],
    [{ where: [["status", "403"]] }, ["access"]],
    [{ where: [["granted", "false"]] }, ["authorization"]],
    [
      {
        where: [
          ["act", "GET"],
          ["status", "200"],
        ],
      },
      [],
    ],
    [{ where: [["constructor", "x"]] }, []],
    [{ type: ["access"], denied: true, principal: ["p1"] }, []],
  ] as const)("%j match %j", (options, expected) => {
    expect(matching(options as unknown as Parameters<typeof createFilter>[0])).toEqual(expected);
  });

  it("find undocumented fields, too", () => {
    const event = parseAuditRecord(
      auditRecord({ type: "authorization" }).replace(/ trace_id=/, " color=red trace_id="),
    );
    expect(createFilter({ where: [["color", "red"]] })!(event)).toBe(true);
  });

  it("have the same text whatever their order", () => {
    expect(filterText({ type: ["access", "authorization"], denied: true })).toBe(
      "type access, authorization; denied",
    );
    expect(filterText({ type: ["authorization", "access"], denied: true })).toBe(
      "type access, authorization; denied",
    );
    expect(filterText({})).toBe("");
  });
});
