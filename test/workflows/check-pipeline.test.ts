import { describe, expect, it } from "vitest";
import { checkPipeline, ensureWebhook, type KonnectClient, type PipelineReport } from "../../src/index.js";
import { client, clientOver, rejection } from "../support/konnect.js";
import { start } from "./support.js";

const states = ({ checks }: PipelineReport) =>
  Object.fromEntries(checks.map(({ name, state }) => [name, state]));
const check = ({ checks }: PipelineReport, name: string) => checks.find((one) => one.name === name);

describe("checkPipeline", () => {
  it("finds a healthy pipeline healthy", async () => {
    const { konnect, wanted, listener } = await start();
    await ensureWebhook(konnect, wanted);
    await konnect.listControlPlanes();
    await listener.batches(1);
    await expect.poll(async () => (await konnect.getWebhookStatus()).last_response_code).toBe(200);
    const report = await checkPipeline(konnect);
    expect(report.ok).toBe(true);
    expect(states(report)).toEqual({
      token: "ok",
      webhook: "ok",
      destination: "ok",
      delivery: "ok",
      signing_keys: "ok",
      pull: "ok",
    });
    expect(report.status).toMatchObject({ webhook_enabled: true, webhook_status: "active" });
    expect(JSON.stringify(report)).not.toMatch(/\/logs/);
  });

  it("finds a token that Konnect refuses", async () => {
    const { client: of } = await start();
    const report = await checkPipeline(of({ token: "kpat_wrong" }));
    expect(report.ok).toBe(false);
    expect(check(report, "token")).toMatchObject({
      state: "problem",
      todo: expect.stringMatching(/KONNECT_TOKEN/),
    });
    expect(check(report, "signing_keys")).toMatchObject({ state: "ok" });
  });

  it.each([
    [503, "unknown"],
    [500, "unknown"],
    [429, "unknown"],
    [400, "unknown"],
    [401, "problem"],
    [403, "ok"],
    [404, "ok"],
  ])("derives the state of the token from a %i to every call: %s", async (status, state) => {
    const { konnect } = clientOver(() => Response.json({ title: "x" }, { status }), { retry: false });
    const report = await checkPipeline(konnect);
    expect(check(report, "token")).toMatchObject({ state });
    expect(report.checks[0]?.name).toBe("token");
    expect(report.ok).toBe(false);
  });

  it("reports an accepted token only if a call got a response", async () => {
    const { konnect } = clientOver(
      ({ url }) => (url.includes("status") ? Response.json({}) : new Response(null, { status: 503 })),
      { retry: false },
    );
    expect(check(await checkPipeline(konnect), "token")).toMatchObject({ state: "ok" });
    const down = clientOver(() => Promise.reject(new TypeError("fetch failed")), { retry: false });
    expect(check(await checkPipeline(down.konnect), "token")).toMatchObject({ state: "unknown" });
  });

  it.each(["empty", "not_found"] as const)(
    "reports an unconfigured webhook: %s",
    async (unconfiguredWebhook) => {
      const { konnect } = await start({ unconfiguredWebhook });
      const report = await checkPipeline(konnect);
      expect(report.ok).toBe(false);
      expect(check(report, "token")).toMatchObject({ state: "ok" });
      expect(check(report, "webhook")).toMatchObject({
        state: "problem",
        todo: expect.stringMatching(/ensureWebhook/),
      });
      expect(check(report, "destination")).toBeUndefined();
    },
  );

  it("finds a webhook that is disabled, and one whose deliveries fail", async () => {
    const { konnect, wanted, listener } = await start({}, [403]);
    await ensureWebhook(konnect, wanted);
    await konnect.listControlPlanes();
    await listener.batches(1);
    await expect
      .poll(async () => check(await checkPipeline(konnect), "delivery")?.state)
      .toMatch(/problem|ok/);
    await konnect.disableWebhook();
    expect(check(await checkPipeline(konnect), "webhook")).toMatchObject({ state: "problem" });
  });

  it("finds a missing role", async () => {
    const { konnect, server } = await start();
    server.fault({ path: /webhook/, status: 403, times: 2 });
    const report = await checkPipeline(konnect);
    expect(check(report, "token")).toMatchObject({ state: "ok" });
    for (const name of ["webhook", "delivery"])
      expect(check(report, name)).toMatchObject({ state: "problem", todo: expect.stringMatching(/role/) });
  });

  it("takes pulling that is not switched on for a note", async () => {
    const { konnect, wanted, server } = await start();
    await ensureWebhook(konnect, wanted);
    for (const status of [403, 404]) {
      server.fault({ path: "/v3/audit-logs", status });
      const report = await checkPipeline(konnect);
      expect(check(report, "pull")).toMatchObject({ state: "note" });
      expect(report.ok).toBe(true);
    }
  });

  it("does not know when Konnect cannot be reached, and ends when it is aborted", async () => {
    const konnect = client({ baseUrl: "http://127.0.0.1:9", region: undefined as never, retry: false });
    const report = await checkPipeline(konnect);
    expect(report.ok).toBe(false);
    expect(new Set(Object.values(states(report)))).toEqual(new Set(["unknown"]));
    expect(await rejection(checkPipeline(konnect, { signal: AbortSignal.abort() }))).toMatchObject({
      code: "aborted",
    });
  });

  it("serves a Dev Portal, too", async () => {
    const { konnect, wanted, server } = await start();
    const portalId = server.portals[0]!;
    await ensureWebhook(konnect, { ...wanted, portalId });
    expect((await checkPipeline(konnect, { portalId })).ok).toBe(true);
    expect((await checkPipeline(konnect)).ok).toBe(false);
  });

  /** A Konnect that answers these, by path. */
  const answering = (answers: Record<string, unknown>): KonnectClient =>
    clientOver((request) => {
      const { pathname } = new URL(request.url);
      const [, answer] = Object.entries(answers).find(([end]) => pathname.endsWith(end)) ?? [];
      return answer === undefined ? new Response(null, { status: 404 }) : Response.json(answer);
    }).konnect;
  const id = "7f9fd312-a987-4628-b4c5-bb4f4fddd5f7";
  const webhook = { audit_log_destination_id: id, enabled: true };

  it("shows no part of an endpoint's path, not even where the endpoint repeats it", async () => {
    const endpoint = "https://siem.example.com/collect/SECRET-KEY?key=SECRET-TOO";
    const last_response_message =
      "no handler for /collect/SECRET-KEY (https://siem.example.com/collect/SECRET-KEY?key=SECRET-TOO) key=SECRET-TOO";
    const report = await checkPipeline(
      answering({
        "/status": {
          webhook_enabled: true,
          webhook_status: "inactive",
          last_attempt_at: "x",
          last_response_code: 404,
          last_response_message,
        },
        "/audit-log-webhook": webhook,
        [id]: { id, name: "SIEM", endpoint, log_format: "cef", skip_ssl_verification: true },
        "jwks.json": { keys: [] },
      }),
    );
    expect(check(report, "destination")).toMatchObject({
      state: "note",
      found: "SIEM receives cef at siem.example.com, whose certificate is not verified.",
    });
    expect(check(report, "delivery")).toMatchObject({
      state: "problem",
      todo: expect.stringMatching(/endpoint of the destination.*replay/),
    });
    expect(check(report, "signing_keys")).toMatchObject({ state: "problem" });
    expect(JSON.stringify(report)).not.toMatch(/SECRET|collect/);
  });

  it.each([
    [401, /authorization/],
    [413, /larger bodies/],
    [415, /gzip/],
    [500, /Fix/],
    [undefined, /reachable from the internet/],
  ])("knows what to do about a last answer of %s", async (last_response_code, todo) => {
    const status = {
      webhook_enabled: true,
      webhook_status: "inactive",
      last_attempt_at: "x",
      last_response_code,
    };
    const report = await checkPipeline(answering({ "/status": status, "/audit-log-webhook": webhook }));
    expect(check(report, "delivery")).toMatchObject({ state: "problem", todo: expect.stringMatching(todo) });
    expect(check(report, "destination")).toMatchObject({
      state: "problem",
      found: expect.stringContaining(id),
    });
  });
});
