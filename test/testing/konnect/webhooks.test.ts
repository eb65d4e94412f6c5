import { describe, expect, it } from "vitest";
import { cleanup } from "../../support/cleanup.js";
import { rejection } from "../../support/konnect.js";
import { startListener } from "../../support/listener.js";
import { eventually, startDescribed, UNKNOWN } from "./support.js";

describe("the webhook", () => {
  it("is not configured at first: an empty id, or by option a 404", async () => {
    const { konnect } = await startDescribed();
    expect(await konnect.getWebhook()).toEqual({ audit_log_destination_id: "", enabled: false });
    expect(await konnect.getWebhookStatus()).toEqual({
      webhook_enabled: false,
      webhook_status: "unconfigured",
    });
    const { konnect: other } = await startDescribed({ unconfiguredWebhook: "not_found" });
    expect(await rejection(other.getWebhook())).toMatchObject({ status: 404 });
  });

  it("is enabled, disabled, changed and deleted", async () => {
    const { konnect, input } = await startDescribed();
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

  it("shows how its last delivery ended", async () => {
    const { konnect, input } = await startDescribed({ timeScale: 0.001 });
    const broken = await startListener([400]);
    cleanup(broken.close);
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
    const { konnect, listener } = await startDescribed();
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
    const { konnect, input, server } = await startDescribed({
      portals: ["3e551b39-227d-4297-b911-e68fd5d77c17"],
    });
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
