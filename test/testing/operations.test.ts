import { afterEach, describe, expect, it } from "vitest";
import { KonnectClient, type KonnectClientOptions } from "../../src/index.js";
import { type StartKonnectOptions, startKonnect } from "../../src/testing/index.js";
import { describedFetch, problemWith } from "../support/description.js";
import { rejection } from "../support/konnect.js";
import { startListener } from "../support/listener.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function start(options: StartKonnectOptions = {}, clientOptions: KonnectClientOptions = {}) {
  const server = await startKonnect({ timeScale: 0.01, ...options });
  const listener = await startListener();
  open.push(server, listener);
  const client = (more: KonnectClientOptions = {}) =>
    new KonnectClient({
      baseUrl: server.url,
      token: server.token,
      fetch: describedFetch,
      retry: false,
      ...clientOptions,
      ...more,
    });
  const input = { name: "S", endpoint: listener.url, authorization: "Bearer x", log_format: "cef" } as const;
  return { server, listener, konnect: client(), client, input };
}
const UNKNOWN = "7f9fd312-a987-4628-b4c5-bb4f4fddd5f7";
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for what is about to be so. */
async function eventually<T>(look: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    await wait(2);
  }
}

describe.each(["v2", "v3"] as const)("destinations at %s", (destinationsApi) => {
  it("are created, found, changed and deleted", async () => {
    const { konnect, input } = await start({}, { destinationsApi });
    const { id } = await konnect.createDestination(input);
    expect(await konnect.getDestination(id)).toEqual({
      id,
      name: "S",
      endpoint: input.endpoint,
      log_format: "cef",
      skip_ssl_verification: false,
      created_at: expect.any(String),
    });
    const changed = await konnect.updateDestination(id, { name: "T", skip_ssl_verification: true });
    expect(changed).toMatchObject({
      id,
      name: "T",
      skip_ssl_verification: true,
      updated_at: expect.any(String),
    });
    expect((await konnect.listDestinations({ name: "T" })).data).toEqual([changed]);
    expect((await konnect.listDestinations({ name: "S" })).data).toEqual([]);
    await konnect.deleteDestination(id);
    const calls = [
      konnect.getDestination(id),
      konnect.updateDestination(id, { name: "x" }),
      konnect.deleteDestination(id),
    ];
    for (const error of await Promise.all(calls.map(rejection))) expect(error).toMatchObject({ status: 404 });
  });

  it("come page by page", async () => {
    const { konnect, input } = await start({}, { destinationsApi });
    for (let i = 0; i < 5; i++) await konnect.createDestination({ ...input, name: `d${i}` });
    const names: (string | undefined)[] = [];
    for await (const { name } of konnect.listDestinations({ "page[size]": 2 })) names.push(name);
    expect(names).toEqual(["d0", "d1", "d2", "d3", "d4"]);
  });
});

describe("destinations", () => {
  it("may bear the same name, but for a server that is told otherwise", async () => {
    const { konnect, input } = await start({ uniqueNames: true });
    const { id } = await konnect.createDestination(input);
    expect(await rejection(konnect.createDestination(input))).toMatchObject({ status: 409 });
    const other = await konnect.createDestination({ ...input, name: "T" });
    expect(await rejection(konnect.updateDestination(other.id, { name: "S" }))).toMatchObject({
      status: 409,
    });
    expect(await konnect.updateDestination(id, { name: "S" })).toMatchObject({ name: "S" });
  });

  it("cannot be deleted while a webhook uses them, nor for a moment after", async () => {
    const { konnect, client, input, server } = await start({ timeScale: 0.1 });
    const { id } = await konnect.createDestination(input);
    await konnect.enableWebhook(id);
    await konnect.portal(server.portals[0]!).enableWebhook(id);
    for (const letGo of [
      () => konnect.disableWebhook(),
      () => konnect.portal(server.portals[0]!).deleteWebhook(),
    ]) {
      const error = await rejection(konnect.deleteDestination(id));
      expect(error).toMatchObject({ status: 409, detail: expect.stringContaining("destination is in use") });
      await letGo();
    }
    expect(await rejection(konnect.deleteDestination(id))).toMatchObject({ status: 409 });
    await eventually(
      () =>
        client()
          .deleteDestination(id)
          .then(
            () => true,
            () => false,
          ),
      (done) => done,
    );
    expect(await konnect.getWebhook()).toEqual({ audit_log_destination_id: "", enabled: false });
  });
});

describe("the webhook", () => {
  it("is not configured at first: an empty id, or by option a 404", async () => {
    const { konnect } = await start();
    expect(await konnect.getWebhook()).toEqual({ audit_log_destination_id: "", enabled: false });
    expect(await konnect.getWebhookStatus()).toEqual({
      webhook_enabled: false,
      webhook_status: "unconfigured",
    });
    const { konnect: other } = await start({ unconfiguredWebhook: "not_found" });
    expect(await rejection(other.getWebhook())).toMatchObject({ status: 404 });
  });

  it("is enabled, disabled, changed and deleted", async () => {
    const { konnect, input } = await start();
    const { id } = await konnect.createDestination(input);
    expect(await rejection(konnect.updateWebhook({ enabled: true }))).toMatchObject({ status: 400 });
    expect(await rejection(konnect.enableWebhook(UNKNOWN))).toMatchObject({ status: 400 });
    expect(await konnect.enableWebhook(id)).toEqual({ audit_log_destination_id: id, enabled: true });
    expect(await konnect.getWebhookStatus()).toMatchObject({
      webhook_enabled: true,
      webhook_status: "active",
    });
    expect(await konnect.disableWebhook()).toEqual({ audit_log_destination_id: id, enabled: false });
    expect(await konnect.updateWebhook({ enabled: true })).toEqual({
      audit_log_destination_id: id,
      enabled: true,
    });
    await konnect.deleteWebhook();
    expect(await konnect.getWebhook()).toEqual({ audit_log_destination_id: "", enabled: false });
  });

  it("tells how its last delivery ended", async () => {
    const { konnect, input } = await start({ timeScale: 0.001 });
    const broken = await startListener([400]);
    open.push(broken);
    const { id } = await konnect.createDestination({ ...input, endpoint: broken.url });
    await konnect.enableWebhook(id);
    await konnect.getWebhook();
    await broken.batches(1);
    const failed = await eventually(
      () => konnect.getWebhookStatus(),
      ({ webhook_status }) => webhook_status === "inactive",
    );
    expect(failed).toMatchObject({ last_response_code: 400, last_response_message: "Bad Request" });
    expect(
      await eventually(
        () => konnect.getWebhookStatus(),
        ({ webhook_status }) => webhook_status === "active",
      ),
    ).toMatchObject({ last_response_code: 200, last_attempt_at: expect.any(String) });
  });

  it("is there in its older form, too, with the endpoint in itself", async () => {
    const { konnect, listener } = await start();
    const api = konnect.api;
    expect((await api.GET("/v2/audit-log-webhook")).data).toEqual({
      endpoint: "unconfigured",
      enabled: false,
    });
    const body = { endpoint: listener.url, authorization: "Bearer x", enabled: true } as const;
    expect((await api.PATCH("/v2/audit-log-webhook", { body })).data).toMatchObject({
      endpoint: listener.url,
      enabled: true,
      log_format: "cef",
    });
    expect((await api.GET("/v2/audit-log-webhook/status")).data).toMatchObject({ webhook_enabled: true });
    await konnect.listControlPlanes();
    expect((await listener.lines(2))[0]).toContain("CEF:0|");
    await api.PATCH("/v2/audit-log-webhook", { body: { enabled: false } });
    expect((await api.GET("/v2/audit-log-webhook")).data).toMatchObject({
      endpoint: listener.url,
      enabled: false,
    });
  });

  it("of a Dev Portal is another one, and an unknown portal is a 404", async () => {
    const { konnect, input, server } = await start({ portals: ["3e551b39-227d-4297-b911-e68fd5d77c17"] });
    expect(server.portals).toEqual(["3e551b39-227d-4297-b911-e68fd5d77c17"]);
    const portal = konnect.portal(server.portals[0]!);
    const { id } = await konnect.createDestination(input);
    await portal.enableWebhook(id);
    expect(await portal.getWebhook()).toMatchObject({ enabled: true });
    expect(await portal.getWebhookStatus()).toMatchObject({ webhook_status: "active" });
    expect(await konnect.getWebhook()).toMatchObject({ enabled: false });
    const unknown = konnect.portal(UNKNOWN);
    const calls = [unknown.getWebhook(), unknown.enableWebhook(id), unknown.getReplay()];
    for (const error of await Promise.all(calls.map(rejection))) expect(error).toMatchObject({ status: 404 });
  });
});

describe("a replay", () => {
  const window = () => ({ start_at: new Date(Date.now() - 60_000), end_at: new Date() });

  it("goes from accepted to completed, and delivers what is in its window again", async () => {
    const { konnect, input, listener } = await start({ timeScale: 0.05 });
    await konnect.listControlPlanes();
    const { id } = await konnect.createDestination(input);
    await konnect.enableWebhook(id);
    expect(await konnect.getReplay()).toEqual({ status: "unconfigured" });
    const asked = window();
    const job = await konnect.startReplay(asked);
    expect(job).toMatchObject({ status: "accepted", start_at: asked.start_at.toISOString() });
    expect(await rejection(konnect.startReplay(asked))).toMatchObject({ status: 409 });
    const seen = new Set<string | undefined>();
    await eventually(
      async () => seen.add((await konnect.getReplay()).status),
      (statuses) => statuses.has("completed"),
    );
    expect([...seen]).toEqual(["accepted", "pending", "running", "completed"]);
    for (;;) {
      const lines = await listener.lines(listener.arrivals.flatMap((one) => one.lines).length + 1);
      if (lines.filter((line) => line.includes("Authz.control-planes|")).length >= 1) break;
    }
  });

  it("fails while the webhook is off", async () => {
    const { konnect } = await start();
    await konnect.startReplay(window());
    expect(
      await eventually(
        async () => (await konnect.getReplay()).status,
        (status) => status === "failed" || status === "completed",
      ),
    ).toBe("failed");
  });

  it("refuses a window that it cannot reach", async () => {
    const { client } = await start();
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    for (const [start_at, end_at] of [
      [at(-169), at(-100)],
      [at(-1), at(1)],
      [at(-1), at(-2)],
      ["x", at(-1)],
    ] as const) {
      // Past the client's own checks.
      const call = client().api.PUT("/v3/audit-log-replay-job", { body: { start_at, end_at } });
      expect(await rejection(call)).toMatchObject({ status: 400 });
    }
  });
});

describe("pulled records", () => {
  it("are those of all requests, the newest first, filtered and page by page", async () => {
    const { konnect } = await start();
    await konnect.listControlPlanes();
    await rejection(konnect.deleteDestination(UNKNOWN));
    const all: string[] = [];
    for await (const log of konnect.listAuditLogs({ "page[size]": 1 })) {
      if (log.type === "authentication") all.push(`authentication ${log.outcome} ${log.uri}`);
      if (log.type === "authorization") all.push(`authorization ${log.action} ${log.resource}`);
      if (log.type === "gateway_access") all.push(`access ${log.method} ${log.status_code}`);
    }
    expect(all).toEqual([
      "access DELETE 404",
      `authorization delete audit-log-destinations/${UNKNOWN}`,
      `authentication success /v2/audit-log-destinations/${UNKNOWN}`,
      "authorization list control-planes",
      "authentication success /v2/control-planes",
    ]);
    const { data } = await konnect.listAuditLogs({ type: "gateway_access" });
    expect(data).toHaveLength(1);
    const none = { since: new Date(Date.now() - 7_200_000), until: new Date(Date.now() - 3_600_000) };
    expect((await konnect.listAuditLogs(none)).data).toEqual([]);
  });

  it("are refused with what does not fit", async () => {
    const { client } = await start();
    for (const query of [
      { filter: { type: "x" as never } },
      { filter: { ts: { gte: "yesterday" } } },
      { "page[size]": 1001 },
      { "page[size]": -1 },
      { "page[after]": "x" },
    ])
      expect(await rejection(client().api.GET("/v3/audit-logs", { params: { query } }))).toMatchObject({
        status: 400,
        invalidParameters: [expect.objectContaining({ source: "query" })],
      });
  });
});

describe("a fault", () => {
  it.each([
    [{ status: 503 }, { status: 503, code: "api", traceId: expect.any(String) }],
    [
      { status: 409, html: true },
      { status: 409, code: "api", detail: undefined },
    ],
    [{ status: 429, retryAfter: 100, effect: "after" as const }, { status: 429 }],
    [{ reset: true }, { code: "connection" }],
  ])("%j has no effect", async (fault, error) => {
    const { konnect, client, input, server } = await start();
    server.fault({ method: "POST", ...fault });
    expect(await rejection(client({ fetch }).createDestination(input))).toMatchObject(error);
    expect((await konnect.listDestinations()).data).toEqual([]);
    await konnect.createDestination(input);
  });

  it.each([
    [{ status: 500, effect: "after" as const }, { status: 500 }],
    [{ reset: true, effect: "after" as const }, { code: "connection" }],
    [{ truncate: true }, { code: "connection" }],
    [{ html: true }, { code: "invalid_response" }],
    [{ delayMs: 200 }, { code: "timeout" }],
  ])("%j has one", async (fault, error) => {
    const { konnect, client, input, server } = await start();
    server.fault({ path: /destinations$/, ...fault });
    const call = client({ fetch }).createDestination(input, { timeoutMs: 100 });
    expect(await rejection(call)).toMatchObject(error);
    expect((await konnect.listDestinations()).data).toHaveLength(1);
  });

  it("strikes the requests that fit, so often, and can be taken back", async () => {
    const { konnect, server } = await start();
    server.fault({ path: "/v2/control-planes", status: 500, times: 2 });
    server.fault({ method: "PUT", status: 500 });
    await konnect.getWebhook();
    for (let i = 0; i < 2; i++)
      expect(await rejection(konnect.listControlPlanes())).toMatchObject({ status: 500 });
    await konnect.listControlPlanes();
    server.fault({ status: 500, times: 99 });
    server.clearFaults();
    await konnect.listControlPlanes();
  });
});

it("the judge of answers sees what Konnect would not answer", async () => {
  const judge = (method: string, path: string, status: number, body: unknown, type = "application/json") =>
    problemWith(
      new Request(`http://x${path}`, { method }),
      new Response(body === undefined ? null : JSON.stringify(body), {
        status,
        headers: { "content-type": type },
      }),
    );
  const webhook = { audit_log_destination_id: UNKNOWN, enabled: true };
  expect(await judge("GET", "/v3/audit-log-webhook", 200, webhook)).toBeUndefined();
  expect(
    await judge("GET", "/v3/audit-log-webhook", 200, { ...webhook, audit_log_destination_id: "" }),
  ).toBeUndefined();
  expect(await judge("GET", "/v3/audit-log-webhook", 503, {}, "text/html")).toBeUndefined();
  for (const wrong of [
    judge("GET", "/v3/audit-log-webhook", 200, { enabled: true }),
    judge("GET", "/v3/audit-log-webhook", 200, { ...webhook, audit_log_destination_id: "x" }),
    judge("GET", "/v3/audit-log-webhook", 200, webhook, "text/plain"),
    judge("GET", "/v3/audit-log-webhook", 201, webhook),
    judge("GET", "/v3/audit-log-webhook", 409, {}),
    judge("GET", "/v3/audit-log-webhook/status", 200, { webhook_status: "broken" }),
    judge("GET", "/v4/x", 200, {}),
    judge("DELETE", "/v3/audit-log-webhook", 200, {}),
  ])
    expect(await wrong).toMatch(/: /);
});
