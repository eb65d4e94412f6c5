import { describe, expect, it } from "vitest";
import { rejection } from "../../support/konnect.js";
import { eventually, startDescribed } from "./support.js";

describe("a replay", () => {
  const window = () => ({ start_at: new Date(Date.now() - 60_000), end_at: new Date() });

  it("goes from accepted to completed, and delivers the records of its window again", async () => {
    let clock = Date.now();
    const { konnect, input, listener } = await startDescribed({ timeScale: 0.05, now: () => clock });
    await konnect.listControlPlanes();
    const { id } = await konnect.createDestination(input);
    await konnect.enableWebhook(id);
    expect(await konnect.getReplay()).toEqual({ status: "unconfigured" });
    const asked = { start_at: new Date(clock - 60_000), end_at: new Date(clock + 500) };
    const job = await konnect.startReplay(asked);
    expect(job).toMatchObject({ status: "accepted", start_at: asked.start_at.toISOString() });
    expect(await rejection(konnect.startReplay(asked))).toMatchObject({ status: 409 });
    const seen: (string | undefined)[] = [];
    for (let step = 0; step < 5; step++) {
      seen.push((await konnect.getReplay()).status);
      clock += 50;
    }
    expect(seen).toEqual(["accepted", "pending", "running", "completed", "completed"]);
    for (;;) {
      const lines = await listener.lines(listener.arrivals.flatMap((one) => one.lines).length + 1);
      if (lines.filter((line) => line.includes("Authz.control-planes|")).length >= 1) break;
    }
  });

  it("fails while the webhook is off", async () => {
    const { konnect } = await startDescribed();
    await konnect.startReplay(window());
    expect(
      await eventually(
        async () => (await konnect.getReplay()).status,
        (status) => status === "failed" || status === "completed",
      ),
    ).toBe("failed");
  });

  it("refuses a window that it cannot reach", async () => {
    const { client } = await startDescribed();
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
