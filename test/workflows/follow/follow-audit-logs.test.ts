import { describe, expect, it } from "vitest";
import {
  type AuditLog,
  type FollowCheckpoint,
  type FollowOptions,
  followAuditLogs,
  type KonnectClient,
} from "../../../src/index.js";
import { pulledId } from "../../../src/workflows/follow/pulled-id.js";
import { clientOver, rejection } from "../../support/konnect.js";
import { start } from "../support.js";

const HOUR = 3_600_000;
const recordId = (record: object) => pulledId(record);
const quick = { pollMs: 5, overlapMs: 2_000, retry: { minTimeout: 1, maxTimeout: 4 } };

/** Follows until it has `count` listings of control planes, which the test makes one by one. */
async function collect(
  konnect: KonnectClient,
  count: number,
  options: FollowOptions = {},
): Promise<AuditLog[]> {
  const found: AuditLog[] = [];
  if (count === 0) return found;
  for await (const log of followAuditLogs(konnect, { ...quick, ...options, type: "authorization" })) {
    if (log.type === "authorization" && log.resource === "control-planes") found.push(log);
    if (found.length === count) break;
  }
  return found;
}
/** A time after every record so far, which has passed. */
async function laterThanNow(): Promise<Date> {
  const time = new Date(Date.now() + 1);
  await expect.poll(() => Date.now()).toBeGreaterThan(time.getTime() + 1);
  return time;
}

const traces = (logs: AuditLog[]) => logs.map((log) => (log.type === "authorization" ? log.trace_id : ""));

describe("followAuditLogs", () => {
  it.each([
    ["right", {}],
    ["an hour fast", { now: () => Date.now() + HOUR }],
    ["an hour slow", { now: () => Date.now() - HOUR }],
    ["not told", { sendsDate: false }],
    ["an hour fast, and not told", { now: () => Date.now() + HOUR, sendsDate: false }],
  ])("gives each record once, when Konnect's clock is %s", async (_, options) => {
    const { konnect, client } = await start(options);
    await konnect.getWebhook();
    const other = client();
    const following = collect(other, 12, { "page[size]": 7 });
    for (let i = 0; i < 12; i++) {
      await konnect.listControlPlanes();
    }
    const found = traces(await following);
    expect(new Set(found).size).toBe(12);
  });

  it("begins at since, and ends at until", async () => {
    const { konnect } = await start();
    const since = new Date();
    for (let i = 0; i < 5; i++) await konnect.listControlPlanes();
    const until = await laterThanNow();
    await konnect.listControlPlanes();
    const found: AuditLog[] = [];
    for await (const log of followAuditLogs(konnect, { ...quick, since, until, "page[size]": 2 }))
      found.push(log);
    expect(
      traces(found.filter((log) => log.type === "authorization" && log.resource === "control-planes")),
    ).toHaveLength(5);
  });

  it("loses and repeats nothing, from whatever checkpoint it is restarted", async () => {
    const { konnect } = await start();
    const since = new Date();
    for (let i = 0; i < 20; i++) await konnect.listControlPlanes();
    const until = await laterThanNow();
    const options = { ...quick, since, until, "page[size]": 3, type: "authorization" as const };
    const checkpoints: { given: number; checkpoint: FollowCheckpoint }[] = [];
    const whole: string[] = [];
    const onCheckpoint = (checkpoint: FollowCheckpoint) =>
      void checkpoints.push({ given: whole.length, checkpoint: JSON.parse(JSON.stringify(checkpoint)) });
    for await (const log of followAuditLogs(konnect, { ...options, onCheckpoint }))
      whole.push(await recordId(log));
    expect(new Set(whole).size).toBe(whole.length);
    expect(checkpoints.length).toBeGreaterThan(5);
    for (const { given, checkpoint } of checkpoints) {
      const rest: string[] = [];
      for await (const log of followAuditLogs(konnect, { ...options, checkpoint }))
        rest.push(await recordId(log));
      expect([...whole.slice(0, given), ...rest].sort()).toEqual([...whole].sort());
    }
  });

  it("goes on through 429, 5xx and lost connections, however many", async () => {
    const { konnect, server, client } = await start();
    await konnect.getWebhook();
    const following = collect(client(), 6);
    for (let i = 0; i < 6; i++) {
      await konnect.listControlPlanes();
      for (const fault of [
        { status: 429, retryAfter: 0 },
        { status: 503 },
        { reset: true },
        { status: 500, html: true },
      ])
        server.fault({ path: "/v3/audit-logs", ...fault, times: 2 });
    }
    expect(new Set(traces(await following)).size).toBe(6);
  });

  it("waits as long as Retry-After asks", async () => {
    const { konnect } = clientOver((_, attempt) =>
      attempt === 1
        ? new Response(null, { status: 429, headers: { "retry-after": "1" } })
        : Response.json({ data: [{ type: "authorization", ts: "2026-11-25T00:00:00Z" }] }),
    );
    const since = "2026-11-24T00:00:00Z";
    const begun = performance.now();
    const items = followAuditLogs(konnect, { ...quick, since, until: "2026-11-26T00:00:00Z" });
    await items.next();
    expect(performance.now() - begun).toBeGreaterThan(950);
    await items.return();
  });

  it.each([401, 403, 404])("ends with a clear error on %i", async (status) => {
    const { konnect, server } = await start();
    server.fault({ path: "/v3/audit-logs", status });
    const error = await rejection(followAuditLogs(konnect, quick).next());
    expect(error).toMatchObject({ code: "api", status });
    expect(error.message).toMatch(status === 401 ? /check the token/ : /pulling may not be switched on/);
  });

  it("begins a window again, once, when its cursor is refused", async () => {
    const { konnect, server } = await start();
    const since = new Date();
    for (let i = 0; i < 6; i++) await konnect.listControlPlanes();
    const until = await laterThanNow();
    const options = { ...quick, since, until, "page[size]": 2, type: "authorization" as const };
    const walk = async (times: number) => {
      const ids: string[] = [];
      for await (const log of followAuditLogs(konnect, options)) {
        ids.push(await recordId(log));
        if (ids.length === 4) server.fault({ path: "/v3/audit-logs", status: 400, times });
      }
      return ids;
    };
    const ids = await walk(1);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(6);
    expect(await rejection(walk(2))).toMatchObject({ status: 400 });
    server.clearFaults();
  });

  it("is aborted while it waits, and refuses an invalid checkpoint", async () => {
    const { konnect } = await start();
    const controller = new AbortController();
    const following = rejection(collect(konnect, 1, { pollMs: 60_000, signal: controller.signal }));
    void konnect.getWebhook().then(() => controller.abort(new Error("enough")));
    expect(await following).toMatchObject({ code: "aborted" });
    for (const checkpoint of [{}, { version: 1, seen: {}, counts: {} }, "x"])
      expect(
        await rejection(followAuditLogs(konnect, { checkpoint: checkpoint as never }).next()),
      ).toMatchObject({
        code: "invalid_input",
        message: expect.stringMatching(/checkpoint/),
      });
  });

  it("gives what becomes readable within the overlap", async () => {
    const { konnect, client } = await start({ readableAfterMs: (index) => (index % 3 === 0 ? 120 : 0) });
    await konnect.getWebhook();
    const following = collect(client(), 9);
    for (let i = 0; i < 9; i++) await konnect.listControlPlanes();
    expect(new Set(traces(await following)).size).toBe(9);
  });

  it("keeps its checkpoint small: no id from before the overlap", async () => {
    const { konnect } = await start();
    await konnect.getWebhook();
    let last: FollowCheckpoint | undefined;
    const onCheckpoint = (checkpoint: FollowCheckpoint) => {
      last = checkpoint;
    };
    const following = collect(konnect, 8, { overlapMs: 20, onCheckpoint });
    for (let i = 0; i < 8; i++) {
      await konnect.listControlPlanes();
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    await following;
    const settled = Date.parse(last!.settled!);
    for (const span of Object.keys(last!.seen)) expect((Number(span) + 1) * 10_000).toBeGreaterThan(settled);
  });
});
