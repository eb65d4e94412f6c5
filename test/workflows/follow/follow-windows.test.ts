import { afterEach, describe, expect, it, vi } from "vitest";
import { followAuditLogs } from "../../../src/index.js";
import { log, MINUTE, NOW, scripted } from "./support.js";

afterEach(() => void vi.useRealTimers());

describe("the windows of followAuditLogs", () => {
  it("begin at Konnect's time by default, read the last overlap and a second again, and end at Konnect's time", async () => {
    const { asked, follow } = scripted(() => []);
    await follow(5, { overlapMs: 5_000, pollMs: 30_000 });
    // The first request only asks for Konnect's time.
    expect(asked[0]).toMatchObject({ size: "1", at: 0 });
    const [, first, second, third, fourth] = asked;
    expect(first!.since).toBe(NOW - 1);
    expect(first!.until).toBe(NOW + 999);
    // The first window is within the overlap, so nothing of it is settled yet; never before its start.
    expect(second!.since).toBe(first!.since);
    expect(second!.until - first!.until).toBeGreaterThanOrEqual(30_000);
    expect(third!.since).toBe(second!.until - 6_000);
    expect(fourth!.since).toBe(third!.until - 6_000);
  });

  it("wait pollMs once they have caught up", async () => {
    const { asked, follow } = scripted(() => []);
    await follow(4, { pollMs: 30_000 });
    expect(asked[1]!.at).toBe(0);
    expect(asked[2]!.at).toBe(30_000);
    expect(asked[3]!.at).toBe(60_000);
  });

  it("do not wait while they catch up, and double over quiet times", async () => {
    const { asked, follow } = scripted(() => []);
    await follow(12, { since: new Date(NOW - 10 * 60 * MINUTE), pollMs: 30_000, overlapMs: 1_000 });
    const ends = asked.slice(1).map(({ until, at }) => [(until - NOW) / MINUTE, at]);
    // 1, 2, 4, ... minutes, each from the end of the one before; then up to now.
    const minutes = [599, 597, 593, 585, 569, 537, 473, 345, 89];
    for (const [i, before] of minutes.entries()) expect(ends[i]![0]).toBeCloseTo(-before, 1);
    expect(ends[9]![0]).toBeCloseTo(0, 1);
    expect(ends.slice(0, 10).map(([, at]) => at)).toEqual(Array(10).fill(0));
    const starts = asked.slice(1, 11).map(({ since }) => since);
    expect(starts.slice(1)).toEqual(asked.slice(1, 10).map(({ until }) => until));
  });

  it("have the type and the page size, and 1,000 records per page by default", async () => {
    const { asked, follow } = scripted(() => []);
    await follow(3, { type: "authorization", "page[size]": 7 });
    expect(asked[1]).toMatchObject({ type: "authorization", size: "7" });
    const other = scripted(() => []);
    await other.follow(3);
    expect(other.asked[1]).toMatchObject({ type: null, size: "1000" });
  });

  it("end for good at until", async () => {
    const until = new Date(NOW + 45_000);
    const { asked, konnect } = scripted(({ until }) => (until > NOW + 40_000 ? [log(1, NOW + 41_000)] : []));
    const taken: unknown[] = [];
    let hasEnded = false;
    const done = (async () => {
      for await (const one of followAuditLogs(konnect, { until, pollMs: 30_000 })) taken.push(one);
      hasEnded = true;
    })();
    await vi.advanceTimersByTimeAsync(59_000);
    expect(hasEnded).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    await done;
    expect(Math.max(...asked.map((one) => one.until).filter(Number.isFinite))).toBe(until.getTime());
    expect(taken).toHaveLength(1);
  });

  it("are open, and begin at the newest record, while Konnect tells no time", async () => {
    const records = [log(2, NOW - 1_000), log(1, NOW - 9_000)];
    const { asked, follow } = scripted(
      ({ size, since }) =>
        size === "1" ? records.slice(0, 1) : records.filter(({ ts }) => Date.parse(ts) >= since),
      false,
    );
    const { taken, checkpoints } = await follow(4, { overlapMs: 0, pollMs: 30_000 });
    expect(asked[1]).toMatchObject({ since: NOW - 1_000, until: Number.NaN, at: 0 });
    expect(taken).toEqual(["t2"]);
    expect(checkpoints[0]).toMatchObject({ settled: new Date(NOW - 1_000).toISOString() });
    expect(asked.at(-1)!.at).toBeGreaterThanOrEqual(30_000);
  });

  it("are resumed from a checkpoint, whatever since is", async () => {
    const settled = new Date(NOW - 5 * MINUTE).toISOString();
    const { asked, follow } = scripted(() => []);
    const checkpoint = { version: 2 as const, settled, seen: {}, counts: {} };
    await follow(2, { checkpoint, since: new Date(NOW), overlapMs: MINUTE });
    expect(asked[1]!.since).toBe(NOW - 5 * MINUTE);
  });

  it("are saved when they end, with what they cover", async () => {
    const { follow } = scripted(({ size }) => (size === "1" ? [] : [log(1, NOW - 100)]));
    const options = { since: new Date(NOW - MINUTE), overlapMs: 10 * MINUTE };
    const { checkpoints } = await follow(3, { ...options, onLate: () => {} });
    expect(checkpoints[0]).toEqual({
      version: 2,
      // Within the overlap, nothing is settled yet.
      settled: new Date(NOW - MINUTE).toISOString(),
      coveredSince: NOW - MINUTE,
      counts: { [Math.floor((NOW - 100) / (10 * MINUTE))]: 1 },
      seen: { [Math.floor((NOW - 100) / 10_000)]: expect.stringMatching(/^[\w-]{10}$/) },
    });
  });

  it("are not counted without onLate, which nothing would clear", async () => {
    const { follow } = scripted(({ size }) => (size === "1" ? [] : [log(1, NOW - 100)]));
    const { checkpoints } = await follow(3, { since: new Date(NOW - MINUTE) });
    expect(checkpoints[0]!.counts).toEqual({});
  });
});

describe("the length of a window", () => {
  it("does not grow over a window of four pages", async () => {
    const { asked, follow } = scripted(({ after, until }) =>
      after !== "ccc" && until < NOW
        ? Response.json(
            { data: [], meta: { page: { next: `https://x/?page[after]=${after ?? ""}c` } } },
            { headers: { date: new Date().toUTCString() } },
          )
        : [],
    );
    await follow(14, { since: new Date(NOW - 10 * 60 * MINUTE), overlapMs: 1_000 });
    const ends = asked
      .slice(1)
      .filter(({ after }) => after === null)
      .map(({ until }) => (until - NOW) / MINUTE);
    expect(ends[1]! - ends[0]!).toBeCloseTo(1, 1);
    expect(ends[2]! - ends[1]!).toBeCloseTo(1, 1);
  });

  it("tell onPoll how many records they had, after all of them and before their checkpoint", async () => {
    const told: string[] = [];
    const { follow } = scripted((asked, index) =>
      index === 1 ? [log(2, asked.until - 1_000), log(1, asked.until - 2_000)] : [],
    );
    const { taken } = await follow(4, {
      since: new Date(NOW - MINUTE),
      onPoll: ({ records }) => void told.push(`${records} records`),
      onCheckpoint: () => void told.push("checkpoint"),
    });
    expect(taken).toEqual(["t2", "t1"]);
    expect(told.slice(0, 4)).toEqual(["2 records", "checkpoint", "0 records", "checkpoint"]);
  });
});
