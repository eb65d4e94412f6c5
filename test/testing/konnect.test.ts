import { spawnSync } from "node:child_process";
import { createPublicKey, verify } from "node:crypto";
import { connect } from "node:net";
import nock from "nock";
import { afterEach, describe, expect, it, vi } from "vitest";
import { extractSignature, KonnectClient, parseCef } from "../../src/index.js";
import { type StartKonnectOptions, startKonnect } from "../../src/testing/index.js";
import { rejection } from "../support/konnect.js";
import { startListener } from "../support/listener.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function start(
  options: StartKonnectOptions & { logFormat?: "cef" | "json" | "cps"; statuses?: number[] } = {},
) {
  const { logFormat = "cef", statuses, ...rest } = options;
  const listener = await startListener(statuses);
  const server = await startKonnect({ timeScale: 0.001, ...rest });
  open.push(server, listener);
  const konnect = new KonnectClient({ baseUrl: server.url, token: server.token, userAgent: "test/1.0" });
  const enable = async () => {
    const authorization = "Splunk secret-0123456789";
    const input = { name: "S", endpoint: listener.url, authorization, log_format: logFormat };
    const destination = await konnect.createDestination(input);
    await konnect.enableWebhook(destination.id);
    return destination;
  };
  return { server, listener, konnect, enable };
}

async function verified(konnect: KonnectClient, line: string): Promise<boolean> {
  const { keys } = await konnect.getSigningKeys();
  const found = extractSignature(line);
  const key = createPublicKey({ key: keys[0] as never, format: "jwk" });
  expect(found?.signature).toHaveLength(86);
  return verify(null, Buffer.from(found!.signedPayload), key, Buffer.from(found!.signature, "base64url"));
}

describe("records", () => {
  it("are made of each request since the webhook is on, signed, and delivered with the destination's credential", async () => {
    const { listener, konnect, enable } = await start();
    await enable();
    await konnect.listControlPlanes({ "page[size]": 2 });
    const [line1, line2] = await listener.lines(2);
    const { headers } = listener.arrivals[0]!;
    expect(headers).toMatchObject({
      authorization: "Splunk secret-0123456789",
      "content-type": "text/plain",
      "content-encoding": "gzip",
    });
    const authentication = parseCef(line1!, { strict: true });
    const authorization = parseCef(line2!, { strict: true });
    expect(authentication).toMatchObject({
      prefix: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ konghq\.com$/),
      version: "0",
      deviceVendor: "KongInc",
      deviceProduct: "Konnect",
      deviceVersion: "1.0",
      deviceEventClassId: "AUTHENTICATION_TYPE_PAT",
      name: "AUTHENTICATION_OUTCOME_SUCCESS",
      severity: "0",
    });
    expect(Object.keys(authentication.extensions).join(" ")).toBe(
      "rt src request success org_id principal_id trace_id user_agent sig",
    );
    expect(authentication.extensions).toMatchObject({
      request: "/v2/control-planes",
      success: "true",
      src: "127.0.0.1",
    });
    expect(authorization).toMatchObject({
      deviceEventClassId: "konnect",
      name: "Authz.control-planes",
      severity: "1",
    });
    expect(Object.keys(authorization.extensions).join(" ")).toBe(
      "rt src action granted org_id principal_id trace_id user_agent sig",
    );
    expect(authorization.extensions).toMatchObject({ action: "list", granted: "true" });
    expect(authorization.extensions.user_agent).toMatch(/^test\/1\.0 konnect-audit-logs\//);
    expect(authorization.extensions.trace_id).toMatch(/^[0-9a-f]{8}0{8}[0-9a-f]{16}$/);
    expect(Number.parseInt(authorization.extensions.trace_id!.slice(0, 8), 16)).toBeCloseTo(
      Date.now() / 1000,
      -2,
    );
    expect(authorization.extensions.trace_id).toBe(authentication.extensions.trace_id);
    expect(await verified(konnect, line1!)).toBe(true);
    expect(await verified(konnect, line2!)).toBe(true);
    expect(await verified(konnect, line2!.replace("granted=true", "granted=false"))).toBe(false);
  });

  it("are not made of what came before, nor of the change that enables the webhook, nor of the signing keys", async () => {
    const { listener, konnect, enable } = await start();
    await konnect.listControlPlanes();
    const { id } = await enable();
    await konnect.getSigningKeys();
    await konnect.api.PATCH("/v3/audit-log-webhook", { body: { enabled: false } });
    await konnect.enableWebhook(id);
    const lines = await listener.lines(3);
    expect(lines.map((line) => parseCef(line).name)).toEqual([
      "AUTHENTICATION_OUTCOME_SUCCESS",
      "Authz.audit-log-webhook",
      "Ingress",
    ]);
  });

  it("tell of access only where something changes, or of reads, too, by option", async () => {
    const { listener, konnect, enable } = await start({ accessRecordsOfReads: true });
    await enable();
    await konnect.listControlPlanes({ "page[size]": 2, filter: { name: { contains: "a=b c|d" } } });
    const record = parseCef((await listener.lines(3))[2]!, { strict: true });
    expect(record).toMatchObject({ deviceEventClassId: "KongGateway", name: "Ingress", severity: "1" });
    expect(Object.keys(record.extensions).join(" ")).toBe(
      "rt src request act status org_id principal_id user_agent trace_id query sig",
    );
    expect(record.extensions).toMatchObject({ request: "/v2/control-planes", act: "GET", status: "200" });
    expect(JSON.parse(record.extensions.query!)).toEqual({
      "page[size]": "2",
      "filter[name][contains]": "a=b c|d",
    });
  });

  it("tell of a wrong token, too", async () => {
    const { server, listener, konnect, enable } = await start({ token: "spat_x" });
    await enable();
    const other = new KonnectClient({ baseUrl: server.url, token: "kpat_wrong" });
    expect(await rejection(other.createDestination(null as never))).toMatchObject({ code: "invalid_input" });
    expect(await rejection(other.enableWebhook("7f9fd312-a987-4628-b4c5-bb4f4fddd5f7"))).toMatchObject({
      status: 401,
    });
    const [line, ingress] = await listener.lines(2);
    expect(parseCef(line!)).toMatchObject({
      deviceEventClassId: "AUTHENTICATION_TYPE_SPAT",
      name: "AUTHENTICATION_OUTCOME_NOT_FOUND",
      severity: "1",
    });
    expect(parseCef(ingress!)).toMatchObject({
      name: "Ingress",
      severity: "6",
      extensions: { status: "401" },
    });
    expect(await verified(konnect, line!)).toBe(true);
  });

  it.each(["json", "cps"] as const)("are flat objects in %s, whose signature verifies", async (logFormat) => {
    const { listener, konnect, enable } = await start({ logFormat, traceId: "decimal" });
    await enable();
    await konnect.listControlPlanes();
    const [, line] = await listener.lines(2);
    expect(extractSignature(line!)?.format).toBe(logFormat);
    const parsed = JSON.parse(line!);
    const record = logFormat === "cps" ? parsed.event : parsed;
    expect(record).toMatchObject({
      name: "Authz.control-planes",
      severity: 1,
      granted: true,
      event_vendor: "KongInc",
    });
    expect(Object.keys(record).at(-1)).toBe("sig");
    // The older trace id: a number with more digits than a JavaScript number holds.
    const digits = /"trace_id":(\d+)/.exec(line!)![1]!;
    expect(BigInt(digits)).toBeGreaterThan(2n ** 53n);
    expect(await verified(konnect, line!)).toBe(true);
    expect(await verified(konnect, line!.replace(digits, `${digits}0`))).toBe(false);
  });

  it("verify whatever a user agent holds", async () => {
    const { server, listener, konnect, enable } = await start();
    await enable();
    const userAgent = "x granted=false\\ sig=AAAA  ä|é";
    await fetch(`${server.url}/v2/control-planes`, {
      headers: { authorization: `Bearer ${server.token}`, "user-agent": userAgent },
    });
    const [, line] = await listener.lines(2);
    expect(parseCef(line!).extensions).toMatchObject({ granted: "true", user_agent: userAgent });
    expect(await verified(konnect, line!)).toBe(true);
  });
});

describe("delivery", () => {
  it("retries a batch after a 500, a 429 and a lost connection, four times", async () => {
    const { listener, konnect, enable } = await start({ statuses: [500, 429, 0, 500] });
    await enable();
    await konnect.listControlPlanes();
    const arrivals = await listener.batches(5);
    expect(new Set(arrivals.map(({ lines }) => lines.join("\n"))).size).toBe(1);
    const waits = arrivals.slice(1).map(({ at }, i) => at - arrivals[i]!.at);
    expect(waits[3]).toBeGreaterThanOrEqual(7);
  });

  it("gives a batch up after four retries, and at once after another status", async () => {
    const { listener, konnect, enable } = await start({ statuses: [500, 500, 500, 500, 500, 503] });
    await enable();
    await konnect.listControlPlanes({ "page[size]": 1 });
    await listener.batches(5);
    await konnect.listControlPlanes({ "page[size]": 2 });
    await listener.batches(6);
    await konnect.listControlPlanes({ "page[size]": 3 });
    const arrivals = await listener.batches(7);
    const batches = arrivals.map(({ lines }) => lines.join("\n"));
    expect(new Set(batches.slice(0, 5)).size).toBe(1);
    expect(new Set(batches).size).toBe(3);
  });

  it("names the compression as Konnect's documentation does, by option", async () => {
    const { listener, konnect, enable } = await start({ contentEncoding: "application/gzip" });
    await enable();
    await konnect.listControlPlanes();
    const [arrival] = await listener.batches(1);
    expect(arrival?.headers["content-encoding"]).toBe("application/gzip");
  });

  it("is not caught by whoever replaces fetch", async () => {
    const { listener, konnect, enable } = await start();
    await enable();
    const fetched = vi.spyOn(globalThis, "fetch");
    await konnect.listControlPlanes();
    await listener.batches(1);
    expect(
      fetched.mock.calls.every(([request]) => (request as Request).url.startsWith("http://127.0.0.1")),
    ).toBe(true);
    expect(fetched).toHaveBeenCalledTimes(1);
  });
});

it("leaves the machine for no address but loopback", async () => {
  const outside = nock("https://siem.example.com").post("/").reply(200);
  try {
    const { listener, konnect, enable } = await start();
    const input = {
      name: "x",
      endpoint: "https://siem.example.com/",
      authorization: "x",
      log_format: "cef",
    } as const;
    await konnect.enableWebhook((await konnect.createDestination(input)).id);
    await konnect.listControlPlanes();
    // Batches go one after the other: when one of these arrives, that one is done with.
    await enable();
    await konnect.listControlPlanes();
    await listener.batches(1);
    expect(outside.isDone()).toBe(false);
  } finally {
    nock.cleanAll();
    nock.restore();
  }
});

describe("the API", () => {
  it("lists destinations by cursor, and answers no authorization", async () => {
    const { konnect } = await start();
    const ids: string[] = [];
    for (const name of ["a", "b", "ab"]) {
      const destination = await konnect.createDestination({
        name,
        endpoint: "https://siem.example.com",
        authorization: "x",
        log_format: "json",
      });
      expect(destination).not.toHaveProperty("authorization");
      ids.push(destination.id);
    }
    const list = async (query: object) =>
      (await konnect.api.GET("/v2/audit-log-destinations", { params: { query } })).data!;
    const first = await list({ "page[size]": 2 });
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const cursor = new URL(first.meta.next!, "https://x").searchParams.get("page[after]");
    const second = await list({ "page[size]": 2, "page[after]": cursor });
    expect(second.data.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(second.meta.next).toBeNull();
    const back = new URL(second.meta.previous!, "https://x").searchParams.get("page[before]");
    expect((await list({ "page[size]": 2, "page[before]": back })).data).toEqual(first.data);
    expect((await list({ filter: { name: "a" } })).data.map(({ name }) => name)).toEqual(["a"]);
    expect((await list({ filter: { name: { eq: "b" } } })).data.map(({ name }) => name)).toEqual(["b"]);
    expect((await list({ filter: { name: { contains: "a" } } })).data.map(({ name }) => name)).toEqual([
      "a",
      "ab",
    ]);
    expect(await rejection(list({ "page[after]": "x" }))).toMatchObject({ status: 400 });
  });

  it("lists control planes by page, filter, label and order", async () => {
    const names = Array.from({ length: 25 }, (_, i) => `plane-${String(i).padStart(2, "0")}`);
    const { konnect } = await start({ controlPlanes: names });
    const seen: string[] = [];
    for await (const { name } of konnect.listControlPlanes()) seen.push(name);
    expect(seen).toEqual(names);
    const list = async (query: object) =>
      (await konnect.listControlPlanes(query)).data.map(({ name }) => name);
    expect(await list({ "page[size]": 2, sort: "name desc" })).toEqual(["plane-24", "plane-23"]);
    expect(await list({ filter: { name: { contains: "-2" } } })).toEqual(names.slice(20));
    expect(await list({ filter: { name: { oeq: "plane-01,plane-03" } } })).toEqual(["plane-01", "plane-03"]);
    expect(
      await list({ "page[size]": 30, filter: { name: { neq: "plane-00" }, cloud_gateway: false } }),
    ).toHaveLength(24);
    expect(await list({ labels: "env:prod" })).toEqual([]);
    expect(
      await rejection(konnect.listControlPlanes({ filter: { name: { like: "x" } } } as never)),
    ).toMatchObject({ status: 400 });
  });

  it("answers problems as Konnect does", async () => {
    const { server, konnect } = await start();
    const unknown = rejection(konnect.enableWebhook("7f9fd312-a987-4628-b4c5-bb4f4fddd5f7"));
    expect(await unknown).toMatchObject({
      status: 400,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      invalidParameters: [{ field: "audit_log_destination_id", source: "body" }],
    });
    expect(await rejection(konnect.api.GET("/v2/nothing" as never, {} as never))).toMatchObject({
      status: 404,
    });
    const send = (body: string) =>
      fetch(`${server.url}/v2/audit-log-destinations`, {
        method: "POST",
        body,
        headers: { authorization: `Bearer ${server.token}` },
      });
    const wrong = await send(
      '{"name":"","endpoint":"http://siem.example.com","authorization":"a\\nb","log_format":"xml"}',
    );
    expect(wrong.headers.get("content-type")).toBe("application/problem+json");
    expect(
      ((await wrong.json()) as { invalid_parameters: { field: string }[] }).invalid_parameters.map(
        ({ field }) => field,
      ),
    ).toEqual(["name", "authorization", "endpoint", "log_format"]);
    expect((await send("{")).status).toBe(400);
    expect((await send("[]")).status).toBe(400);
    expect((await send(`"${"x".repeat(2 ** 24)}"`)).status).toBe(400);
  });

  it("two run at once, and know nothing of each other", async () => {
    const [a, b] = [await start(), await start()];
    await a.enable();
    expect(
      await rejection(
        new KonnectClient({ baseUrl: b.server.url, token: a.server.token }).listControlPlanes(),
      ),
    ).toMatchObject({ status: 401 });
    expect((await b.konnect.api.GET("/v2/audit-log-destinations")).data?.data).toEqual([]);
    expect(await a.konnect.getSigningKeys()).not.toEqual(await b.konnect.getSigningKeys());
  });
});

describe("close", () => {
  it("ends connections, deliveries under way and waits, and can be called twice", async () => {
    const { server, listener, konnect, enable } = await start({ timeScale: 1, statuses: [500] });
    await enable();
    await konnect.listControlPlanes();
    await listener.batches(1);
    await Promise.all([server.close(), server.close()]);
    expect(listener.arrivals).toHaveLength(1);
    expect(await rejection(konnect.listControlPlanes({}, { retry: false }))).toMatchObject({
      code: "connection",
    });
  });

  it("waits for nobody who is slow to send a request, and keeps no connection to a receiver", async () => {
    const { server, listener, konnect, enable } = await start();
    await enable();
    await konnect.listControlPlanes();
    await listener.batches(1);
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.on("error", () => {});
    await new Promise<void>((resolve) => {
      socket.write("POST /v2/audit-log-destinations HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{", () =>
        resolve(),
      );
    });
    await server.close();
    await vi.waitFor(async () => expect(await listener.connections()).toBe(0));
    socket.destroy();
  });

  it("lets the process end", async () => {
    const script = `
      import { startKonnect } from "./src/testing/index.ts";
      import { KonnectClient } from "./src/index.ts";
      const server = await startKonnect();
      const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
      const { id } = await konnect.createDestination({ name: "x", endpoint: server.url + "/x", authorization: "x", log_format: "cef" });
      await konnect.enableWebhook(id);
      await konnect.listControlPlanes();
      await server.close();
      console.log("closed");
    `;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "-e", script],
      {
        encoding: "utf8",
        timeout: 20_000,
      },
    );
    expect({ stdout, stderr, status }).toEqual({ stdout: "closed\n", stderr: "", status: 0 });
  });
});
