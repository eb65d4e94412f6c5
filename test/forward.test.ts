import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { forward, type Item } from "../examples/forwarder.js";
import { ecs, targets } from "../examples/siem-targets.js";
import { parseAuditRecord, safeParseAuditRecord } from "../src/records/index.js";
import { auditRecord, auditRecords } from "../src/testing/index.js";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

interface Seen {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A target on loopback that answers what it is told to, then success. */
async function startTarget(
  answer: (
    body: string,
    attempt: number,
  ) => { status: number; body?: unknown; headers?: Record<string, string> },
) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({ path: request.url ?? "", headers: request.headers, body });
    const { status, body: text, headers } = answer(body, seen.length);
    if (status === 0) request.socket.resetAndDestroy();
    else response.writeHead(status, headers).end(text === undefined ? undefined : JSON.stringify(text));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function limits() {
  const folder = mkdtempSync(join(tmpdir(), "forward-"));
  open.push(() => rmSync(folder, { recursive: true }));
  const deadLetter = join(folder, "dead.jsonl");
  const dead = (): { id: string; reason: string; raw: string }[] => {
    try {
      return readFileSync(deadLetter, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    } catch {
      return [];
    }
  };
  return { folder, dead, options: { deadLetter, minTimeout: 1, maxTimeout: 5 } };
}

const items = (lines: readonly string[]): Item[] =>
  lines.map((raw, i) => {
    const parsed = safeParseAuditRecord(raw);
    return { id: `id-${i}`, raw, event: parsed.success ? parsed.event : undefined };
  });
const some = items([...auditRecords(7), "no record"]);
const names = Object.keys(targets) as (keyof typeof targets)[];
/** What each target answers when it took everything. */
const success = (name: string, body: string) =>
  name === "elastic"
    ? {
        status: 200,
        body: {
          errors: false,
          items: body
            .trim()
            .split("\n")
            .filter((_, i) => i % 2 === 0)
            .map(() => ({ create: { status: 201 } })),
        },
      }
    : {
        status: name === "datadog" ? 202 : name === "loki" ? 204 : 200,
        ...(name === "otlp" && { body: {} }),
      };

describe.each(names)("%s", (name) => {
  const target = (url: string) => targets[name]({ url, credential: "secret" });

  it("gets every record in its own form, with its credential", async () => {
    const { url, seen } = await startTarget((body) => success(name, body));
    const { options, dead } = limits();
    await forward(some, target(url), options);
    expect(dead()).toEqual([]);
    expect(seen).toHaveLength(1);
    const [{ path, headers, body }] = seen as [Seen];
    const paths = {
      splunk: "/services/collector/event",
      datadog: "/api/v2/logs",
      elastic: "/_bulk",
      loki: "/loki/api/v1/push",
      otlp: "/v1/logs",
    };
    expect(path).toBe(paths[name]);
    expect(name === "datadog" ? headers["dd-api-key"] : headers.authorization).toMatch(/secret$/);
    for (const { raw, event } of some) {
      const needle =
        name === "splunk" && event !== undefined ? event.trace_id! : JSON.stringify(raw).slice(1, -1);
      expect(body).toContain(needle);
    }
    if (name !== "loki") expect(body).toContain("id-3");
  });

  it.each([429, 500, 503, 0])("gets them again after a %i, with Retry-After if it asks", async (status) => {
    const { url, seen } = await startTarget((body, attempt) =>
      attempt < 3 ? { status, headers: { "retry-after": "0" } } : success(name, body),
    );
    const { options, dead } = limits();
    await forward(some.slice(0, 7), target(url), options);
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    expect(dead()).toEqual([]);
  });

  it("that refuses one record gets all the others, and that one is a dead letter", async () => {
    const mark = some[4]!.event!.trace_id!;
    const { url, seen } = await startTarget((body) =>
      body.includes(mark) ? { status: 400 } : success(name, body),
    );
    const { options, dead } = limits();
    await forward(some, target(url), options);
    expect(dead()).toEqual([{ id: "id-4", reason: "answered 400", raw: some[4]!.raw }]);
    const taken = seen
      .filter(({ body }) => !body.includes(mark))
      .map(({ body }) => body)
      .join();
    for (const { event, id } of some) if (id !== "id-4" && event) expect(taken).toContain(event.trace_id);
  });

  it("that does not take the credential stops everything, and nothing is a dead letter", async () => {
    const { url } = await startTarget(() => ({ status: 403 }));
    const { options, dead } = limits();
    await expect(forward(some, target(url), options)).rejects.toThrow(/credential/);
    expect(dead()).toEqual([]);
  });
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
    await forward(some.slice(0, 4), targets.elastic({ url, credential: "x" }), options);
    expect(seen).toHaveLength(2);
    expect(seen[1]?.body).toContain("id-2");
    expect(seen[1]?.body).not.toContain("id-1");
    expect(dead()).toEqual([{ id: "id-3", reason: "mapping", raw: some[3]!.raw }]);
  });

  it("gets the names of ECS", () => {
    const raw = auditRecord({ granted: false, action: "list", src: "192.0.2.7", severity: 6 });
    expect(ecs({ id: "i", raw, event: parseAuditRecord(raw) })).toMatchObject({
      "@timestamp": expect.stringMatching(/^2026-/),
      event: {
        id: "i",
        kind: "event",
        original: raw,
        category: ["iam"],
        action: "list",
        outcome: "failure",
        severity: 6,
      },
      source: { ip: "192.0.2.7" },
      observer: { vendor: "KongInc", product: "Konnect" },
    });
  });
});

describe("a batch", () => {
  it("is no larger than the target takes", async () => {
    const { url, seen } = await startTarget(() => ({ status: 200 }));
    const { options } = limits();
    await forward(items([...auditRecords(1_201)]), targets.splunk({ url, credential: "x" }), options);
    expect(seen.length).toBeGreaterThanOrEqual(3);
    for (const { body } of seen) expect(body.length).toBeLessThan(800_000);
  });
});

it("forward-to-siem goes on where it stood, and needs to be told where to", async () => {
  const { spawnSync, spawn } = await import("node:child_process");
  const { folder } = limits();
  const { url, seen } = await startTarget(() => ({ status: 200 }));
  const file = join(folder, "audit.log");
  const lines = [...auditRecords(30)];
  writeFileSync(file, `${lines.slice(0, 20).join("\n")}\n`);
  const env = { ...process.env, SIEM_CREDENTIAL: "x" };
  const state = join(folder, "state.json");
  const args = [
    "--target",
    "splunk",
    "--url",
    url,
    "--state",
    state,
    "--dead-letter",
    join(folder, "d"),
    "--batch",
    "8",
    file,
  ];
  const run = async () => {
    const child = spawn(process.execPath, ["--import", "tsx", "examples/forward-to-siem.ts", ...args], {
      env,
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await new Promise((resolve) => child.once("close", resolve));
    return output;
  };
  expect(await run()).toMatch(/✓ 20 records/);
  writeFileSync(file, `${lines.join("\n")}\n`);
  expect(await run()).toMatch(/✓ 10 records/);
  expect(seen).toHaveLength(5);
  const wrong = spawnSync(
    process.execPath,
    ["--import", "tsx", "examples/forward-to-siem.ts", "--target", "toString"],
    { env },
  );
  expect(String(wrong.stderr)).toMatch(/--target is one of splunk/);
});
