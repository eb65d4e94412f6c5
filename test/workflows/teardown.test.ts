import { describe, expect, it } from "vitest";
import { ensureWebhook, type TeardownStep, teardown } from "../../src/index.js";
import { rejection } from "../support/konnect.js";
import { namesOf, start } from "./support.js";

describe("teardown", () => {
  it("deletes the webhook and the destination, and waits while it is in use", async () => {
    let clock = Date.now();
    const { konnect, wanted } = await start({ timeScale: 1, now: () => clock });
    const { destination } = await ensureWebhook(konnect, wanted);
    const steps: TeardownStep["step"][] = [];
    const done = await teardown(konnect, {
      name: "SIEM",
      pollMs: 1,
      onProgress: ({ step }) => {
        steps.push(step);
        // The destination is in use until Konnect's clock has moved on.
        if (steps.filter((one) => one === "waiting").length === 3) clock += 60_000;
      },
    });
    expect(done).toEqual({ destinationId: destination.id, webhookDeleted: true, destinationDeleted: true });
    const waits = ["waiting", "waiting", "waiting"];
    expect(steps).toEqual(["disabled", "webhook_deleted", ...waits, "destination_deleted"]);
    expect(await namesOf(konnect)).toEqual([]);
    expect(await konnect.getWebhook()).toEqual({ audit_log_destination_id: "", enabled: false });
  });

  it("is fine when all is gone already", async () => {
    const { konnect, wanted } = await start();
    const { destination } = await ensureWebhook(konnect, wanted);
    await teardown(konnect, { destinationId: destination.id, pollMs: 1 });
    const nothing = { webhookDeleted: false, destinationDeleted: false };
    expect(await teardown(konnect, { destinationId: destination.id })).toEqual({
      ...nothing,
      destinationId: destination.id,
    });
    expect(await teardown(konnect, { name: "SIEM" })).toEqual({ ...nothing, destinationId: undefined });
  });

  it("leaves the webhook of another destination alone", async () => {
    const { konnect, wanted } = await start({ unconfiguredWebhook: "not_found" });
    const { id } = await konnect.createDestination(wanted);
    const { destination } = await ensureWebhook(konnect, { ...wanted, name: "theirs" });
    expect(await teardown(konnect, { name: "SIEM" })).toEqual({
      destinationId: id,
      webhookDeleted: false,
      destinationDeleted: true,
    });
    expect(await konnect.getWebhook()).toEqual({ audit_log_destination_id: destination.id, enabled: true });
  });

  it("gives up after its time limit, and says what may use the destination", async () => {
    const { konnect, wanted, server } = await start();
    const { destination } = await ensureWebhook(konnect, { ...wanted, portalId: server.portals[0]! });
    const error = await rejection(teardown(konnect, { name: "SIEM", timeoutMs: 20, pollMs: 5 }));
    expect(error).toMatchObject({
      code: "timeout",
      message: expect.stringMatching(/another region|Dev Portal/),
    });
    expect(error.message).toContain(destination.id);
    const done = await teardown(konnect, { name: "SIEM", portalId: server.portals[0]!, pollMs: 1 });
    expect(done).toMatchObject({ webhookDeleted: true, destinationDeleted: true });
  });

  it("can be aborted while it waits", async () => {
    const { konnect, wanted } = await start({ timeScale: 1 });
    await ensureWebhook(konnect, wanted);
    const controller = new AbortController();
    const call = teardown(konnect, {
      name: "SIEM",
      signal: controller.signal,
      onProgress: ({ step }) => step === "waiting" && controller.abort(new Error("enough")),
    });
    expect(await rejection(call)).toMatchObject({ code: "aborted", cause: new Error("enough") });
  });

  it.each([{}, { name: "a", destinationId: "7f9fd312-a987-4628-b4c5-bb4f4fddd5f7" }])(
    "wants a name or an id: %j",
    async (options) => {
      const { konnect } = await start();
      expect(await rejection(teardown(konnect, options))).toMatchObject({ code: "invalid_input" });
    },
  );

  it("does not choose between two destinations of the name", async () => {
    const { konnect, wanted } = await start();
    for (let i = 0; i < 2; i++) await konnect.createDestination(wanted);
    expect(await rejection(teardown(konnect, { name: "SIEM" }))).toMatchObject({ code: "conflict" });
    expect(await namesOf(konnect)).toHaveLength(2);
  });
});
