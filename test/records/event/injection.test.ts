import { describe, expect, it } from "vitest";
import { type AuditEvent, parseAuditRecord } from "../../../src/records/index.js";
import { FORGED as forgedFields, OPTIONAL } from "../../support/forged.js";

/** A record of each kind, its fields in Konnect's order. */
const HONEST: Record<string, { header: string; fields: [string, string][] }> = {
  authorization: {
    header: "2026-11-25T10:00:00Z konghq.com CEF:0|KongInc|Konnect|1.0|konnect|Authz.control-planes|6|",
    fields: [
      ["rt", "1795600000000"],
      ["src", "192.0.2.1"],
      ["action", "delete"],
      ["granted", "false"],
      ["org_id", "org-true"],
      ["principal_id", "principal-true"],
      ["trace_id", "trace-true"],
      ["user_agent", "honest/1.0"],
      ["sig", "S".repeat(86)],
    ],
  },
  authentication: {
    header:
      "2026-11-25T10:00:00Z konghq.com CEF:0|KongInc|Konnect|1.0|AUTHENTICATION_TYPE_PAT|AUTHENTICATION_OUTCOME_NOT_FOUND|1|",
    fields: [
      ["rt", "1795600000000"],
      ["src", "192.0.2.1"],
      ["request", "/v2/x"],
      ["success", "false"],
      ["org_id", "org-true"],
      ["principal_id", "principal-true"],
      ["trace_id", "trace-true"],
      ["user_agent", "honest/1.0"],
      ["sig", "S".repeat(86)],
    ],
  },
  access: {
    header: "2026-11-25T10:00:00Z konghq.com CEF:0|KongInc|Konnect|1.0|KongGateway|Ingress|6|",
    fields: [
      ["rt", "1795600000000"],
      ["src", "192.0.2.1"],
      ["request", "/v2/x"],
      ["act", "DELETE"],
      ["status", "403"],
      ["org_id", "org-true"],
      ["principal_id", "principal-true"],
      ["user_agent", "honest/1.0"],
      ["trace_id", "trace-true"],
      ["query", "{}"],
      ["sig", "S".repeat(86)],
    ],
  },
};
const FORGED = { ...forgedFields, sig: "F".repeat(86) } as Record<string, string>;

const write = (header: string, fields: readonly [string, string][]) =>
  header + fields.map(([key, value]) => `${key}=${value}`).join(" ");

function combinations<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) =>
    combinations(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]),
  );
}

/** The fields whose value is not the true one, and of which nothing is said. */
function silentLies(event: AuditEvent, truth: AuditEvent, attacked: string): string[] {
  const clients = ["request", "query", "user_agent", "principal_name"];
  const told = new Set(
    event.duplicates.flatMap(({ key, field }) => (clients.includes(field) ? [key, field] : [key])),
  );
  return Object.keys(FORGED).filter((key) => {
    const field = key as keyof AuditEvent;
    return key !== attacked && event[field] !== truth[field] && !told.has(key);
  });
}

describe.each(Object.entries(HONEST))("an %s record", (type, { header, fields }) => {
  const truth = parseAuditRecord(write(header, fields));
  const attackable = fields
    .filter(([key]) => ["request", "query", "user_agent"].includes(key))
    .map(([key]) => key);
  const documented = Object.keys(FORGED).filter(
    (key) => fields.some(([known]) => known === key) || OPTIONAL.includes(key),
  );

  it("that is honest reports nothing, with and without its optional fields", () => {
    expect(truth).toMatchObject({ type, org_id: "org-true", duplicates: [], extra: {}, malformed: {} });
    const own = type === "authentication" ? "portal_id" : type === "authorization" ? "actor_id" : undefined;
    const withOwn = fields.flatMap((field): [string, string][] => {
      if (field[0] === "principal_id" && own === "portal_id") return [["portal_id", "p"], field];
      if (field[0] === "principal_id" && own === "actor_id") return [field, ["actor_id", "a"]];
      return [field];
    });
    const event = parseAuditRecord(write(header, withOwn));
    expect(event.duplicates).toEqual([]);
    if (own !== undefined) expect(event[own]).toBe(own.charAt(0));
    for (const agent of [
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
      "curl/8.0 a=b x=y",
      "a\\=b \\ c|d",
      "",
      "=",
      " = ",
    ]) {
      const event = parseAuditRecord(
        write(
          header,
          fields.map(([key, value]) => [key, key === "user_agent" ? agent : value]),
        ),
      );
      expect(event).toMatchObject({
        duplicates: [],
        extra: {},
        malformed: {},
        user_agent: agent.replace("\\=", "="),
      });
    }
  });

  it.each(["kong_initiated", "principal_name"])(
    "has %s wherever no client-chosen text precedes it",
    (key) => {
      const value = key === "kong_initiated" ? "true" : "Ada Lovelace (she)";
      for (let i = 1; i < fields.length; i++) {
        if (attackable.includes(fields[i - 1]![0])) continue;
        const row: [string, string][] = [...fields.slice(0, i), [key, value], ...fields.slice(i)];
        const event = parseAuditRecord(write(header, row));
        expect(event[key as "principal_name"]).toBe(key === "kong_initiated" ? true : value);
        expect(event).toMatchObject({
          duplicates: [],
          malformed: {},
          org_id: "org-true",
          user_agent: "honest/1.0",
        });
      }
    },
  );

  it("keeps an undocumented field, but behind no client's text", () => {
    for (let i = 0; i < fields.length; i++) {
      const row: [string, string][] = [
        ...fields.slice(0, i),
        ["brand_new", "n w"],
        ["other", "o"],
        ...fields.slice(i),
      ];
      const event = parseAuditRecord(write(header, row));
      const behind = fields[i - 1]?.[0] ?? "";
      expect(event.extra).toEqual(attackable.includes(behind) ? {} : { brand_new: "n w", other: "o" });
      expect(event.duplicates).toEqual([]);
      expect(event.org_id).toBe("org-true");
    }
  });

  describe.each(attackable)("whose %s an attacker writes", (attacked) => {
    it.each([1, 2, 3])(
      "returns the true value or reports the ambiguity, for every row of %i injected fields",
      (size) => {
        for (const keys of combinations(documented, size)) {
          for (const order of size === 1 ? [keys] : [keys, [...keys].reverse()]) {
            const forged = `x ${order.map((key) => `${key}=${FORGED[key]}`).join(" ")}`;
            const row = fields.map(([key, value]): [string, string] => [
              key,
              key === attacked ? forged : value,
            ]);
            const event = parseAuditRecord(write(header, row));
            expect(silentLies(event, truth, attacked), `${attacked}=${forged}`).toEqual([]);
            expect(event.duplicates.length, forged).toBeGreaterThan(0);
          }
        }
      },
    );
  });

  it("returns the true value or reports the ambiguity, wherever an injected principal_name is", () => {
    for (let i = 1; i < fields.length; i++) {
      for (const size of [1, 2, 3]) {
        for (const keys of combinations(documented, size)) {
          const forged = `x ${keys.map((key) => `${key}=${FORGED[key]}`).join(" ")}`;
          const row: [string, string][] = [
            ...fields.slice(0, i),
            ["principal_name", forged],
            ...fields.slice(i),
          ];
          const event = parseAuditRecord(write(header, row));
          expect(silentLies(event, truth, "principal_name"), `${i} ${forged}`).toEqual([]);
        }
      }
    }
  });

  it("with an injected field after client-chosen text is reported", () => {
    for (const attacked of attackable) {
      const rest = fields.slice(fields.findIndex(([key]) => key === attacked) + 1, -1);
      const forged = `x ${rest.map(([key]) => `${key}=${FORGED[key]}`).join(" ")} ${attacked}=y`;
      const row = fields.map(([key, value]): [string, string] => [key, key === attacked ? forged : value]);
      const event = parseAuditRecord(write(header, row));
      expect(silentLies(event, truth, attacked)).toEqual([]);
      expect(event.sig).toBe(truth.sig);
    }
  });
});
