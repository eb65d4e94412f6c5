import { describe, expect, it } from "vitest";
import { type EnsureWebhookStep, ensureWebhook } from "../../src/index.js";
import { rejection } from "../support/konnect.js";
import { namesOf, start } from "./support.js";

describe("ensureWebhook", () => {
  it("creates the destination and enables the webhook, and reports each step", async () => {
    const { konnect, wanted, listener } = await start();
    const steps: EnsureWebhookStep[] = [];
    const done = await ensureWebhook(konnect, { ...wanted, onProgress: (step) => steps.push(step) });
    const { id } = done.destination;
    expect(done).toEqual({
      destination: expect.objectContaining({ name: "SIEM", endpoint: wanted.endpoint }),
      created: true,
      changed: [],
      webhookChanged: true,
    });
    expect(steps).toEqual([
      { step: "created", destinationId: id },
      { step: "enabled", destinationId: id },
    ]);
    expect(await konnect.getWebhook()).toEqual({ audit_log_destination_id: id, enabled: true });
    await listener.batches(1);
  });

  it("changes only what differs when it is run again, and the authorization", async () => {
    const { konnect, wanted, listener } = await start();
    const first = await ensureWebhook(konnect, wanted);
    expect(await ensureWebhook(konnect, wanted)).toMatchObject({
      created: false,
      changed: [],
      webhookChanged: false,
    });
    const other = {
      ...wanted,
      authorization: "Bearer new",
      log_format: "json",
      skip_ssl_verification: true,
    } as const;
    const again = await ensureWebhook(konnect, other);
    expect(again).toMatchObject({
      destination: { id: first.destination.id, log_format: "json" },
      created: false,
      changed: ["log_format", "skip_ssl_verification"],
      webhookChanged: false,
    });
    const arrived = listener.arrivals.length;
    await konnect.listControlPlanes();
    await expect
      .poll(() => listener.arrivals.slice(arrived).at(-1)?.headers.authorization)
      .toBe("Bearer new");
    expect(await namesOf(konnect)).toEqual(["SIEM"]);
  });

  it("finds the exact name on any page", async () => {
    const { konnect, wanted } = await start();
    for (const name of ["siem", "SIEM 2", "a SIEM"]) await konnect.createDestination({ ...wanted, name });
    const { destination } = await ensureWebhook(konnect, wanted);
    const { id } = (await ensureWebhook(konnect, wanted)).destination;
    expect(id).toBe(destination.id);
    expect(await namesOf(konnect)).toHaveLength(4);
  });

  it("finds it among others even where Konnect does not filter", async () => {
    const { konnect, wanted, client } = await start();
    for (const name of ["A", "SIEM", "B"]) await konnect.createDestination({ ...wanted, name });
    const unfiltered = client({
      fetch: (url, init) => fetch(url.replace("filter[name][eq]=SIEM", "x=y"), init),
    });
    expect(await ensureWebhook(unfiltered, wanted)).toMatchObject({ created: false, webhookChanged: true });
  });

  it("is content when the webhook was enabled, though no answer says so", async () => {
    const { konnect, wanted, server } = await start();
    server.fault({ method: "PATCH", path: "/v3/audit-log-webhook", status: 502, effect: "after", times: 5 });
    expect(await ensureWebhook(konnect, wanted)).toMatchObject({ created: true, webhookChanged: true });
    expect(await konnect.getWebhook()).toMatchObject({ enabled: true });
  });

  it("enables a webhook that was disabled", async () => {
    const { konnect, wanted } = await start();
    await ensureWebhook(konnect, wanted);
    await konnect.disableWebhook();
    expect(await ensureWebhook(konnect, wanted)).toMatchObject({ webhookChanged: true });
  });

  it("does not change a webhook of another destination, and creates nothing", async () => {
    const { konnect, wanted } = await start();
    const { id } = await konnect.createDestination({ ...wanted, name: "theirs" });
    await konnect.enableWebhook(id);
    const error = await rejection(ensureWebhook(konnect, wanted));
    expect(error).toMatchObject({ code: "conflict", message: expect.stringContaining(id) });
    expect(error.message).toMatch(/replace: true/);
    expect(await namesOf(konnect)).toEqual(["theirs"]);
    expect(await konnect.getWebhook()).toEqual({ audit_log_destination_id: id, enabled: true });
  });

  it("takes it over with replace, and says what to restore", async () => {
    const { konnect, wanted } = await start();
    const { id } = await konnect.createDestination({ ...wanted, name: "theirs" });
    await konnect.enableWebhook(id);
    const { destination, replaced } = await ensureWebhook(konnect, { ...wanted, replace: true });
    expect(replaced).toEqual({ audit_log_destination_id: id, enabled: true });
    expect(await konnect.getWebhook()).toMatchObject({ audit_log_destination_id: destination.id });
    expect(await konnect.updateWebhook(replaced!)).toEqual(replaced);
  });

  it("refuses two destinations of the name, and lists their ids", async () => {
    const { konnect, wanted } = await start();
    const ids = [await konnect.createDestination(wanted), await konnect.createDestination(wanted)];
    const error = await rejection(ensureWebhook(konnect, wanted));
    expect(error).toMatchObject({ code: "conflict" });
    for (const { id } of ids) expect(error.message).toContain(id);
  });

  it.each(["empty", "not_found"] as const)(
    "handles an unconfigured webhook: %s",
    async (unconfiguredWebhook) => {
      const { konnect, wanted } = await start({ unconfiguredWebhook });
      expect(await ensureWebhook(konnect, wanted)).toMatchObject({ webhookChanged: true });
    },
  );

  it("deletes what it created if enabling fails, and keeps what existed", async () => {
    const { konnect, wanted, server } = await start();
    server.fault({ method: "PATCH", path: "/v3/audit-log-webhook", status: 403 });
    expect(await rejection(ensureWebhook(konnect, wanted))).toMatchObject({ status: 403 });
    expect(await namesOf(konnect)).toEqual([]);
    await konnect.createDestination(wanted);
    server.fault({ method: "PATCH", path: "/v3/audit-log-webhook", status: 403 });
    expect(await rejection(ensureWebhook(konnect, wanted))).toMatchObject({ status: 403 });
    expect(await namesOf(konnect)).toEqual(["SIEM"]);
  });

  it("removes what it created when it is aborted while it enables", async () => {
    const { konnect, wanted, server, client } = await start();
    const controller = new AbortController();
    server.fault({ method: "PATCH", status: 503, times: 99 });
    const onProgress = () => setTimeout(() => controller.abort(), 1);
    const slow = { minTimeout: 60_000, maxTimeout: 60_000 };
    const waiting = client({ retry: slow });
    const call = ensureWebhook(waiting, { ...wanted, signal: controller.signal, onProgress });
    expect(await rejection(call)).toMatchObject({ code: "aborted" });
    server.clearFaults();
    expect(await namesOf(konnect)).toEqual([]);
  });

  it.each([
    ["the connection is lost behind it", { reset: true, effect: "after" as const }],
    ["Konnect answers 500 behind it", { status: 500, effect: "after" as const }],
    ["the answer is cut", { truncate: true }],
    ["the answer is HTML", { html: true }],
  ])("creates no second destination when %s", async (_, fault) => {
    const { konnect, wanted, server } = await start();
    server.fault({ method: "POST", ...fault });
    expect(await ensureWebhook(konnect, wanted)).toMatchObject({ created: true, webhookChanged: true });
    expect(await namesOf(konnect)).toEqual(["SIEM"]);
  });

  it("uses a destination that was created at the same time", async () => {
    const { konnect, wanted, client } = await start({ uniqueNames: true });
    const racing = client({
      fetch: async (url, init) => {
        if (init.method === "POST") await konnect.createDestination(wanted);
        return fetch(url, init);
      },
    });
    expect(await ensureWebhook(racing, wanted)).toMatchObject({ webhookChanged: true });
    expect(await namesOf(konnect)).toEqual(["SIEM"]);
  });

  it("serves a Dev Portal, too", async () => {
    const { konnect, wanted, server } = await start();
    const portalId = server.portals[0]!;
    const { destination } = await ensureWebhook(konnect, { ...wanted, portalId });
    expect(await konnect.portal(portalId).getWebhook()).toEqual({
      audit_log_destination_id: destination.id,
      enabled: true,
    });
    expect((await konnect.getWebhook()).enabled).toBe(false);
  });

  it("is aborted at once by a signal that is", async () => {
    const { konnect, wanted } = await start();
    const call = ensureWebhook(konnect, { ...wanted, signal: AbortSignal.abort() });
    expect(await rejection(call)).toMatchObject({ code: "aborted" });
  });

  it("refuses an invalid destination before it changes anything", async () => {
    const { konnect, wanted } = await start();
    for (const wrong of [{ endpoint: "http://siem.example.com" }, { authorization: "Bearer kpat_x" }])
      expect(await rejection(ensureWebhook(konnect, { ...wanted, ...wrong }))).toMatchObject({
        code: "invalid_input",
      });
    expect(await namesOf(konnect)).toEqual([]);
  });
});
