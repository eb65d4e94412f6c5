import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AuditEvent, detectSignals, parseAuditRecord } from "../../../src/records/index.js";
import { FORGED as forgedValues, OPTIONAL } from "../../support/forged.js";

type Fields = [key: string, value: string][];
type Kind = "authentication" | "authorization" | "access";

const HEADER: Record<Kind | "unknown", string> = {
  authentication: "CEF:0|KongInc|Konnect|1.0|AUTHENTICATION_TYPE_PAT|AUTHENTICATION_OUTCOME_NOT_FOUND|1|",
  authorization: "CEF:0|KongInc|Konnect|1.0|konnect|Authz.control-planes|6|",
  access: "CEF:0|KongInc|Konnect|1.0|KongGateway|Ingress|6|",
  unknown: "CEF:0|KongInc|Konnect|1.0|konnect|TokenEvent.revoked|1|",
};
const ORDER: Record<Kind, string> = {
  authentication: "rt src request success org_id principal_id trace_id user_agent sig",
  authorization: "rt src action granted org_id principal_id trace_id user_agent sig",
  access: "rt src request act status org_id principal_id user_agent trace_id query sig",
};
const HONEST: Record<string, string> = {
  rt: "1795600000000",
  src: "192.0.2.1",
  request: "/v2/x",
  act: "DELETE",
  status: "403",
  action: "delete",
  granted: "false",
  success: "false",
  org_id: "org",
  principal_id: "principal",
  trace_id: "trace",
  user_agent: "curl/8.5.0",
  query: "{}",
  sig: "S".repeat(86),
};
const FORGED: Record<string, string> = { ...forgedValues, brand_new: "new-forged" };
const CLIENTS = ["request", "query", "user_agent", "principal_name"];
const KINDS = ["authentication", "authorization", "access"] as const;

const write = (kind: Kind | "unknown", fields: Fields) =>
  HEADER[kind] + fields.map(([key, value]) => `${key}=${value}`).join(" ");
const honest = (kind: Kind): Fields => ORDER[kind].split(" ").map((key) => [key, HONEST[key]!]);
const reported = ({ duplicates }: AuditEvent) => new Set(duplicates.map(({ key }) => key));
const value = (event: AuditEvent, key: string) => (event as unknown as Record<string, unknown>)[key];

/** Rows of forged fields, in any order. */
const forgedFields = fc
  .shuffledSubarray(Object.keys(FORGED), { minLength: 1, maxLength: 6 })
  .map((keys) => keys.map((key) => `${key}=${FORGED[key]}`).join(" "));

describe("a record of an unknown kind", () => {
  const before: Fields = [
    ["rt", "1"],
    ["src", "1.2.3.4"],
    ["org_id", "O"],
    ["principal_id", "P"],
    ["trace_id", "T"],
  ];

  it("does not take an optional field after client-chosen text", () => {
    const line = write("unknown", [...before, ["user_agent", "curl kong_initiated=true actor_id=kong"]]);
    const event = parseAuditRecord(line);
    expect(event).toMatchObject({
      kong_initiated: undefined,
      actor_id: undefined,
      user_agent: "curl kong_initiated=true actor_id=kong",
      duplicates: [
        { key: "kong_initiated", field: "user_agent" },
        { key: "actor_id", field: "user_agent" },
      ],
    });
    expect(detectSignals(event)).toEqual([{ name: "field_injection", severity: "high" }]);
  });

  it("reports every field that it takes from behind client-chosen text, but for the signature", () => {
    const line = write("unknown", [
      ["rt", "1"],
      ["request", "/x"],
      ["trace_id", "T"],
      ["node", "n"],
      ["org_id", "O"],
      ["sig", HONEST.sig!],
    ]);
    const event = parseAuditRecord(line);
    expect(event).toMatchObject({ trace_id: "T", org_id: "O", sig: HONEST.sig, extra: { node: "n" } });
    expect(event.extra.request).toBe("/x");
    expect(reported(event)).toEqual(new Set(["trace_id", "node", "org_id"]));
  });

  it("reports every injected field, in any field", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CLIENTS),
        fc.subarray(before),
        fc.subarray(before),
        forgedFields,
        fc.constantFrom("", "x "),
        (field, front, back, forged, text) => {
          const truth = parseAuditRecord(write("unknown", [...front, [field, text], ...back]));
          const event = parseAuditRecord(write("unknown", [...front, [field, text + forged], ...back]));
          const lies = [...Object.keys(HONEST), ...OPTIONAL].filter(
            (key) => key !== field && value(event, key) !== value(truth, key) && !reported(event).has(key),
          );
          expect(lies).toEqual([]);
          for (const key of Object.keys(event.extra))
            if (!(key in truth.extra) || (event.extra[key] !== truth.extra[key] && key !== field))
              expect(reported(event), key).toContain(key);
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it("that is honest reports nothing", () => {
    const line = write("unknown", [
      ...before,
      ["kong_initiated", "true"],
      ["node", "n"],
      ["user_agent", "a b=c"],
      ["sig", HONEST.sig!],
    ]);
    expect(parseAuditRecord(line)).toMatchObject({
      kong_initiated: true,
      user_agent: "a b=c",
      extra: { node: "n" },
      duplicates: [],
    });
  });
});

describe.each(KINDS)("an %s record that lacks mandatory fields", (kind) => {
  const mandatory = ORDER[kind].split(" ").filter((key) => key !== "sig");
  const clients = mandatory.filter((key) => CLIENTS.includes(key));

  it("reports nothing while it is honest", () => {
    fc.assert(
      fc.property(fc.subarray(mandatory), (missing) => {
        const event = parseAuditRecord(
          write(
            kind,
            honest(kind).filter(([key]) => !missing.includes(key)),
          ),
        );
        expect(event.duplicates).toEqual([]);
        expect(event.extra).toEqual({});
        for (const key of mandatory)
          expect(String(value(event, key))).toBe(missing.includes(key) ? "undefined" : HONEST[key]);
      }),
    );
  });

  /** Holds `check` against records that lack mandatory fields, and whose client-chosen text has injected ones. */
  const attacked = (most: number, check: (event: AuditEvent, fields: [string, string][]) => void) =>
    fc.assert(
      fc.property(
        fc.subarray(mandatory, { minLength: 1, maxLength: most }),
        fc.constantFrom(...clients),
        forgedFields,
        (missing, client, forged) => {
          fc.pre(!missing.includes(client));
          const fields = honest(kind)
            .filter(([key]) => !missing.includes(key))
            .map(([key, text]): [string, string] => [key, key === client ? `x ${forged}` : text]);
          const line = write(kind, fields);
          const times = (key: string) =>
            line.split(` ${key}=`).length - 1 + (line.includes(`|${key}=`) ? 1 : 0);
          // A line in which the forged fields complete the record is the line of an honest one.
          if (!mandatory.every((key) => times(key) === 1)) check(parseAuditRecord(line), fields);
        },
      ),
      { numRuns: 10_000 },
    );

  it("does not take an optional field after client-chosen text without a report, unless nothing is missing", () => {
    attacked(3, (event) => {
      for (const key of [...OPTIONAL, "brand_new"])
        if (value(event, key) !== undefined || event.extra[key] !== undefined)
          expect(reported(event), key).toContain(key);
    });
  });

  it("names every field after the first client-chosen text if anything is reported", () => {
    attacked(2, (event, fields) => {
      if (event.duplicates.length === 0) return;
      const first = Math.min(...fields.map(([key], i) => (CLIENTS.includes(key) ? i : 99)));
      for (const [key] of fields.slice(first + 1))
        if (key !== "sig" && value(event, key) !== undefined) expect(reported(event), key).toContain(key);
    });
  });
});

describe("the field that holds a stray key", () => {
  it.each([
    ["access", "request", " act=GET", "act"],
    ["access", "request", "x status=200 act=GET", "act"],
    ["access", "request", "/a org_id=F principal_id=G", "org_id"],
    ["access", "user_agent", "x trace_id=F", "trace_id"],
    ["authentication", "request", " success=true", "success"],
    ["authentication", "request", " success=true org_id=F", "success"],
    ["authorization", "user_agent", "x granted=true", "granted"],
  ] as const)("of an %s record is %s, whose text %j stays whole", (kind, field, text, key) => {
    const event = parseAuditRecord(
      write(
        kind,
        honest(kind).map(([name, honest]) => [name, name === field ? text : honest]),
      ),
    );
    expect(value(event, field)).toBe(text);
    expect(String(value(event, key))).toBe(HONEST[key]);
    expect(event.duplicates).toContainEqual({ key, field: field });
    expect(event.duplicates).not.toContainEqual({ key, field: key });
  });
});
