import { describe, expect, it } from "vitest";
import {
  type AuditLog,
  ensureWebhook,
  type RecoverProgress,
  recoverGap,
  suggestGap,
} from "../../src/index.js";
import { rejection } from "../support/konnect.js";
import { start } from "./support.js";

const DAY = 24 * 3_600_000;
const ago = (ms: number) => new Date(Date.now() - ms);

describe("recoverGap", () => {
  it.each([0, 3_600_000, -3_600_000])(
    "replays what a replay reaches, window after window, by Konnect's clock, %i ms ahead",
    async (offset) => {
      const { konnect, wanted, listener } = await start({ now: () => Date.now() + offset });
      await konnect.listControlPlanes();
      await ensureWebhook(konnect, wanted);
      const told: RecoverProgress[] = [];
      const since = new Date(Date.now() + offset - 2.5 * DAY);
      const { replayed, pulled, lost } = await recoverGap(konnect, {
        since,
        pollMs: 1,
        onProgress: (progress) => told.push(progress),
      });
      expect(replayed).toHaveLength(3);
      expect(replayed[0]?.since).toEqual(since);
      expect([pulled, lost]).toEqual([[], []]);
      expect(told.map(({ done }) => done)).toEqual([false, true, false, true, false, true]);
      expect(told.at(-1)?.share).toBe(1);
      await expect
        .poll(
          () =>
            listener.arrivals
              .flatMap(({ lines }) => lines)
              .filter((line) => line.includes("Authz.control-planes")).length,
        )
        .toBeGreaterThan(0);
    },
  );

  it("pulls what a replay does not reach, and reports what is lost if it cannot", async () => {
    const { konnect, wanted } = await start();
    await ensureWebhook(konnect, wanted);
    const records: AuditLog[] = [];
    const since = ago(10 * DAY);
    const both = await recoverGap(konnect, {
      since,
      until: ago(6 * DAY),
      pollMs: 1,
      onRecord: (log) => void records.push(log),
    });
    expect(both.pulled).toEqual([{ since, until: both.replayed[0]!.since, records: 0 }]);
    expect(both.replayed).toHaveLength(1);
    const without = await recoverGap(konnect, { since, until: ago(8 * DAY) });
    expect(without).toMatchObject({
      replayed: [],
      pulled: [],
      lost: [{ since, why: expect.stringMatching(/onRecord/) }],
    });
  });

  it("pulls everything with via: pull, and says if pulling is not enabled", async () => {
    const { konnect, server } = await start();
    for (let i = 0; i < 3; i++) await konnect.listControlPlanes();
    const records: AuditLog[] = [];
    const options = {
      since: ago(DAY),
      via: "pull" as const,
      onRecord: (log: AuditLog) => void records.push(log),
    };
    const { pulled, replayed } = await recoverGap(konnect, options);
    expect(replayed).toEqual([]);
    expect(pulled[0]?.records).toBe(records.length);
    expect(records.length).toBeGreaterThanOrEqual(6);
    server.fault({ path: "/v3/audit-logs", status: 403 });
    expect((await recoverGap(konnect, options)).lost).toMatchObject([
      { why: expect.stringMatching(/switched on/) },
    ]);
  });

  it("fails if the replay fails, can be aborted, and refuses an invalid period", async () => {
    const { konnect } = await start();
    expect(await rejection(recoverGap(konnect, { since: ago(DAY), pollMs: 1 }))).toMatchObject({
      code: "replay_failed",
    });
    const signal = AbortSignal.abort();
    expect(await rejection(recoverGap(konnect, { since: ago(DAY), signal }))).toMatchObject({
      code: "aborted",
    });
    for (const wrong of [{}, { since: "yesterday" }, { since: ago(1), until: ago(2) }, { since: ago(-DAY) }])
      expect(await rejection(recoverGap(konnect, wrong as never))).toMatchObject({ code: "invalid_input" });
    const { konnect: timeless } = await start({ sendsDate: false });
    expect(await rejection(recoverGap(timeless, { since: ago(DAY) }))).toMatchObject({
      code: "invalid_input",
      message: expect.stringMatching(/until/),
    });
  });
});

describe("suggestGap", () => {
  it("says what the status shows, and what it hides", async () => {
    const { konnect, wanted, listener } = await start({}, [403]);
    expect(await suggestGap(konnect)).toMatchObject({ since: undefined, why: expect.stringMatching(/off/) });
    await ensureWebhook(konnect, wanted);
    expect(await suggestGap(konnect)).toMatchObject({
      since: undefined,
      why: expect.stringMatching(/hides/),
    });
    await konnect.listControlPlanes();
    await listener.batches(1);
    await expect.poll(async () => (await suggestGap(konnect)).why).toMatch(/failed|hides/);
  });
});
