import { parseAuditRecord } from "konnect-audit-logs/records";
import { auditRecord, auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { send } from "../../src/commands/forward/send.js";
import { ecs, elastic } from "../../src/targets/elastic.js";
import { targets } from "../../src/targets/index.js";
import { loki } from "../../src/targets/loki.js";
import { otlp } from "../../src/targets/otlp.js";
import { http, itemsOf, limits, startTarget, success } from "../support/targets.js";

const some = itemsOf([...auditRecords(7), "no record"]);
const PATHS: Record<string, string> = {
  splunk: "/services/collector/event",
  datadog: "/api/v2/logs",
  elastic: "/_bulk",
  loki: "/loki/api/v1/push",
  otlp: "/v1/logs",
};

describe.each(Object.keys(PATHS) as (keyof typeof targets)[])("%s", (name) => {
  const target = (url: string) => targets[name]({ http, url, credential: "secret" });

  it("gets every record in its own form, with its credential", async () => {
    const { url, seen } = await startTarget((request) => success(name, request));
    const { options, dead } = limits();
    await send(some, await target(url), options);
    expect(dead()).toEqual([]);
    expect(seen).toHaveLength(1);
    const { path, headers, body } = seen[0]!;
    expect(path).toBe(PATHS[name]);
    expect(name === "datadog" ? headers["dd-api-key"] : headers.authorization).toMatch(/secret$/);
    expect(headers["content-type"]).toBe(name === "elastic" ? "application/x-ndjson" : "application/json");
    for (const { raw, event } of some) {
      const needle = name === "splunk" && event ? event.trace_id! : JSON.stringify(raw).slice(1, -1);
      expect(body).toContain(needle);
    }
    if (name !== "loki") expect(body).toContain("id-3");
  });

  it.each([429, 500, 503, 0])("gets them again after a %i", async (status) => {
    const { url, seen } = await startTarget((request, attempt) =>
      attempt < 3 ? { status } : success(name, request),
    );
    const { options, dead } = limits();
    await send(some.slice(0, 7), await target(url), options);
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    expect(dead()).toEqual([]);
  });

  it("that refuses one record gets all the others, and that one is a dead letter", async () => {
    const mark = some[4]!.event!.trace_id!;
    const { url, seen } = await startTarget((request) =>
      request.body.includes(mark) ? { status: 400 } : success(name, request),
    );
    const { options, dead } = limits();
    await send(some, await target(url), options);
    expect(dead()).toEqual([{ id: "id-4", reason: "answered 400", raw: some[4]!.raw }]);
    const taken = seen
      .filter(({ body }) => !body.includes(mark))
      .map(({ body }) => body)
      .join();
    for (const { event, id } of some) if (id !== "id-4" && event) expect(taken).toContain(event.trace_id);
  });

  it.each([301, 401, 403, 404])(
    "that answers %i stops everything, and writes no dead letter",
    async (status) => {
      const { url } = await startTarget(() => ({ status, headers: { location: "/" } }));
      const { options, dead } = limits();
      const error = await send(some, await target(url), options).catch((error) => error);
      expect(error.message).toMatch(new RegExp(`answered ${status}.* Check --url and the credential`));
      expect(error.message).not.toContain("secret");
      expect(dead()).toEqual([]);
    },
  );
});

it.each(["splunk", "datadog"] as const)("%s wants a credential", async (name) => {
  await expect(async () => targets[name]({ http, url: "http://x" })).rejects.toThrow(/SIEM_CREDENTIAL/);
});

describe("elastic", () => {
  it("is taken at its word for each record: 409 is done, 429 comes again, 400 is a dead letter", async () => {
    const { url, seen } = await startTarget((_, attempt) => ({
      status: 200,
      body: {
        errors: true,
        items:
          attempt === 1
            ? [201, 409, 429, 400].map((status) => ({ create: { status, error: { reason: "mapping" } } }))
            : [{ create: { status: 201 } }],
      },
    }));
    const { options, dead } = limits();
    await send(some.slice(0, 4), elastic({ url, http }), options);
    expect(seen).toHaveLength(2);
    expect(seen[1]?.body).toContain("id-2");
    expect(seen[1]?.body).not.toContain("id-1");
    expect(dead()).toEqual([{ id: "id-3", reason: "mapping", raw: some[3]!.raw }]);
  });

  it("stops where no record is to blame: for a closed index, say, or a key that may not write", async () => {
    const items = some.slice(0, 4).map((_, i) => ({ create: { status: i === 2 ? 403 : 201 } }));
    const { url } = await startTarget(() => ({ status: 200, body: { errors: true, items } }));
    const { options, dead } = limits();
    await expect(send(some.slice(0, 4), elastic({ url, http }), options)).rejects.toThrow(/403 for a record/);
    expect(dead()).toEqual([]);
  });

  it.each([
    ["no bulk answer", { ok: true }, /no answer of a bulk API: \{"ok":true\}/],
    ["fewer answers than records", { items: [{ create: { status: 201 } }] }, /answered for 1 of 4 records/],
  ])("that gives %s is not believed", async (_, body, message) => {
    const { url } = await startTarget(() => ({ status: 200, body }));
    const { options } = limits();
    await expect(send(some.slice(0, 4), elastic({ url, http }), options)).rejects.toThrow(message);
  });

  it.each([
    [
      { granted: false, action: "list", src: "192.0.2.7", severity: 6 } as const,
      {
        event: { category: ["iam"], type: ["denied"], action: "list", outcome: "failure", severity: 6 },
        source: { ip: "192.0.2.7", address: "192.0.2.7" },
        related: { ip: ["192.0.2.7"] },
      },
    ],
    [
      { type: "authentication", success: true } as const,
      { event: { category: ["authentication"], type: ["start"], outcome: "success" } },
    ],
    [
      { type: "access", act: "GET", status: 404, request: "/v2", query: '{"a":"b"}' } as const,
      {
        event: { category: ["web"], type: ["access"], outcome: "failure" },
        url: { path: "/v2", query: '{"a":"b"}' },
        http: { request: { method: "GET" }, response: { status_code: 404 } },
      },
    ],
  ])("gets the names of ECS: %o", (fields, expected) => {
    const raw = auditRecord(fields);
    const document = ecs({ id: "i", raw, event: parseAuditRecord(raw) });
    expect(document).toMatchObject(expected);
    expect(document).toMatchObject({
      "@timestamp": expect.stringMatching(/^2026-/),
      event: { id: "i", kind: "event", original: raw },
      observer: { vendor: "KongInc", product: "Konnect" },
    });
  });
});

describe("otlp", () => {
  it("counts what a partial success lost, and does not retry it", async () => {
    const partialSuccess = { rejectedLogRecords: "2", errorMessage: "too old" };
    const { url, seen } = await startTarget(() => ({ status: 200, body: { partialSuccess } }));
    const { options, rejected } = limits();
    await send(some, otlp({ url, http }), options);
    expect(rejected).toEqual(Array(2).fill("the target does not say which: too old"));
    expect(seen).toHaveLength(1);
  });

  it("has times as text in nanoseconds, and no trace id that OpenTelemetry would misread", async () => {
    const { url, seen } = await startTarget(() => ({ status: 200 }));
    await send(some.slice(0, 1), otlp({ url, http }), limits().options);
    const [record] = JSON.parse(seen[0]!.body).resourceLogs[0].scopeLogs[0].logRecords;
    expect(record.timeUnixNano).toBe(`${some[0]!.event!.time!.getTime()}000000`);
    expect(record).not.toHaveProperty("traceId");
    const trace = { key: "konnect.trace_id", value: { stringValue: some[0]!.event!.trace_id } };
    expect(record.attributes).toContainEqual(trace);
  });
});

it("loki gets a stream for each type and its signals, and no id among its labels", async () => {
  const { url, seen } = await startTarget(() => ({ status: 204 }));
  await send(some, loki({ url, http }), limits().options);
  const { streams } = JSON.parse(seen[0]!.body) as { streams: { stream: object; values: unknown[] }[] };
  for (const { stream } of streams)
    expect(["job,type", "job,type,signals"]).toContain(Object.keys(stream).join());
  expect(streams.flatMap(({ values }) => values)).toHaveLength(some.length);
});
