import { afterEach, describe, expect, it, vi } from "vitest";
import { type FollowCheckpoint, type FollowOptions, followAuditLogs } from "../../../src/index.js";
import { clientOver, rejection } from "../../support/konnect.js";

const NOW = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;

afterEach(() => void vi.useRealTimers());

/** A record, told apart by its number. */
function log(number: number, at: number) {
  return { type: "authorization", ts: new Date(at).toISOString(), trace_id: `t${number}` };
}

interface Asked {
  since: number;
  until: number;
  size: string | null;
  type: string | null;
  after: string | null;
  /** When it was asked, in ms of fake time. */
  at: number;
}

/** A Konnect whose time is the fake one, and which answers what `answer` gives. */
function scripted(answer: (asked: Asked, index: number) => Response | object[], sendsDate = true) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"], now: NOW });
  const asked: Asked[] = [];
  const { konnect } = clientOver((request) => {
    const { searchParams } = new URL(request.url);
    const time = (operator: string) => Date.parse(searchParams.get(`filter[ts][${operator}]`) ?? "");
    asked.push({
      since: time("gte"),
      until: time("lte"),
      size: searchParams.get("page[size]"),
      type: searchParams.get("filter[type]"),
      after: searchParams.get("page[after]"),
      at: Date.now() - NOW,
    });
    const given = answer(asked.at(-1)!, asked.length - 1);
    const headers: HeadersInit = sendsDate ? { date: new Date().toUTCString() } : {};
    if (!Array.isArray(given)) return given;
    return Response.json({ data: given, meta: { page: {} } }, { headers });
  });
  /** Follows, lets time pass until `requests` were made, then leaves. */
  const follow = async (requests: number, options: FollowOptions = {}) => {
    const controller = new AbortController();
    const taken: string[] = [];
    const checkpoints: FollowCheckpoint[] = [];
    const onCheckpoint = (checkpoint: FollowCheckpoint) => void checkpoints.push(checkpoint);
    const done = (async () => {
      const all = { onCheckpoint, ...options, signal: controller.signal };
      for await (const one of followAuditLogs(konnect, all))
        taken.push((one as { trace_id: string }).trace_id);
    })();
    const ended = done.then(
      () => "returned",
      (error: Error & { code: string }) => error.code,
    );
    while (asked.length < requests) await vi.advanceTimersByTimeAsync(1_000);
    controller.abort();
    await vi.advanceTimersByTimeAsync(1);
    return { end: await ended, taken, checkpoints };
  };
  return { konnect, asked, follow };
}

describe("the windows of followAuditLogs", () => {
  it("begin at Konnect's time by default, reach back by the overlap and a second, and end at Konnect's time", async () => {
    const { asked, follow } = scripted(() => []);
    await follow(4, { overlapMs: 5_000, pollMs: 30_000 });
    // The first request only asks for Konnect's time.
    expect(asked[0]).toMatchObject({ size: "1", at: 0 });
    const [, first, second, third] = asked;
    expect(first!.since).toBe(NOW - 1);
    expect(first!.until).toBe(NOW + 999);
    expect(second!.since).toBe(first!.until - 6_000);
    expect(second!.until - first!.until).toBeGreaterThanOrEqual(30_000);
    expect(third!.since).toBe(second!.until - 6_000);
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
    await follow(5, { since: new Date(NOW - 10 * 60 * MINUTE), pollMs: 30_000, overlapMs: 1_000 });
    const ends = asked.slice(1).map(({ until, at }) => [(until - NOW) / MINUTE, at]);
    // 1, 2 and 4 hours, each from the end of the one before; then up to now.
    expect(ends[0]![0]).toBeCloseTo(-540, 0);
    expect(ends[1]![0]).toBeCloseTo(-420, 0);
    expect(ends[2]![0]).toBeCloseTo(-180, 0);
    expect(ends[3]![0]).toBeCloseTo(0, 0);
    expect(ends.map(([, at]) => at)).toEqual([0, 0, 0, 0]);
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
    const checkpoint = { version: 1 as const, settled, seen: {}, counts: {} };
    await follow(2, { checkpoint, since: new Date(NOW), overlapMs: MINUTE });
    expect(asked[1]!.since).toBe(NOW - 6 * MINUTE - 1_000);
  });

  it("are saved when they end, with what they cover", async () => {
    const { follow } = scripted(({ size }) => (size === "1" ? [] : [log(1, NOW - 100)]));
    const { checkpoints } = await follow(3, { since: new Date(NOW - MINUTE), overlapMs: 10 * MINUTE });
    expect(checkpoints[0]).toMatchObject({
      version: 1,
      settled: new Date(NOW + 999).toISOString(),
      coveredSince: NOW - MINUTE,
      counts: { [Math.floor((NOW - 100) / (10 * MINUTE))]: 1 },
    });
    expect(Object.values(checkpoints[0]!.seen)).toEqual([NOW - 100]);
    expect(checkpoints[0]).not.toHaveProperty("next");
  });
});

describe("a checkpoint within a window", () => {
  it("is resumed at its page", async () => {
    const { asked, konnect } = scripted(() => [log(1, NOW - 1)]);
    const next = {
      since: new Date(NOW - MINUTE).toISOString(),
      until: new Date(NOW).toISOString(),
      "page[after]": "c7",
    };
    const following = followAuditLogs(konnect, { checkpoint: { version: 1, next, seen: {}, counts: {} } });
    expect((await following.next()).done).toBe(false);
    expect(asked).toEqual([expect.objectContaining({ after: "c7", since: NOW - MINUTE, until: NOW })]);
  });
});

describe("the length of a window", () => {
  it("does not grow over a window of two pages", async () => {
    const { asked, follow } = scripted(({ after, until }) =>
      after === null && until < NOW
        ? Response.json(
            { data: [], meta: { page: { next: "https://x/?page[after]=c" } } },
            { headers: { date: new Date().toUTCString() } },
          )
        : [],
    );
    await follow(6, { since: new Date(NOW - 10 * 60 * MINUTE), overlapMs: 1_000 });
    const ends = asked
      .slice(1)
      .filter(({ after }) => after === null)
      .map(({ until }) => (until - NOW) / MINUTE);
    expect(ends[1]! - ends[0]!).toBeCloseTo(60, 0);
    expect(ends[2]! - ends[1]!).toBeCloseTo(60, 0);
  });
});

describe("records of another kind", () => {
  it("are followed by the ts of their original, and end the follow without one", async () => {
    const other = (ts?: string) => ({ type: "policy", ...(ts && { ts }) });
    const at = new Date(NOW - 5).toISOString();
    const { konnect } = scripted(() => [other(at), other()]);
    const checkpoints: FollowCheckpoint[] = [];
    const following = followAuditLogs(konnect, {
      since: new Date(NOW - MINUTE),
      onCheckpoint: (one) => void checkpoints.push(one),
    });
    expect((await following.next()).value).toMatchObject({ type: "unknown", original: { ts: at } });
    expect(await rejection(following.next())).toMatchObject({
      code: "invalid_response",
      message: expect.stringMatching(/no ts/),
    });
  });
});

describe("onLate", () => {
  it("is called for what became readable after the overlap", async () => {
    const late: unknown[] = [];
    const old = log(7, NOW - 50 * MINUTE);
    const { asked, follow } = scripted(({ until, since }) =>
      until <= NOW - 5 * MINUTE && since <= NOW - 50 * MINUTE && asked.length > 3 ? [old] : [],
    );
    await follow(5, {
      checkpoint: {
        version: 1,
        settled: new Date(NOW - MINUTE).toISOString(),
        coveredSince: NOW - 180 * MINUTE,
        lateCheckedAt: NOW - 61 * MINUTE,
        seen: {},
        counts: {},
      },
      type: "authorization",
      overlapMs: 10 * MINUTE,
      onLate: (one) => void late.push(one),
    });
    expect(
      asked.some(
        ({ type, size, until }) => type === "authorization" && size === "1000" && until < NOW - 9 * MINUTE,
      ),
    ).toBe(true);
  });
});

describe("what a follow waits out", () => {
  const retry = { minTimeout: 1, maxTimeout: 1 };

  it.each([429, 500, 501, 502, 503, 504, 520, 599])("a %i", async (status) => {
    const { asked, follow } = scripted((_, index) => (index < 3 ? new Response("", { status }) : []));
    await follow(5, { retry });
    expect(asked.length).toBeGreaterThanOrEqual(5);
  });

  it("a time limit and a lost connection, but nothing else", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"], now: NOW });
    const failures = [
      () => new Promise<Response>(() => {}),
      () => Promise.reject(new TypeError("fetch failed")),
      () => Promise.resolve(new Response("<html>", { status: 200 })),
    ];
    const { konnect, requests } = clientOver(() => failures.shift()!());
    const following = followAuditLogs(konnect, { retry });
    const ended = rejection(following.next());
    for (let i = 0; i < 40; i++) await vi.advanceTimersByTimeAsync(1_000);
    expect(await ended).toMatchObject({ code: "invalid_response" });
    expect(requests).toHaveLength(3);
  });

  it("throws whatever is no error of this package", async () => {
    const konnect = { now: () => NOW, listAuditLogs: () => Promise.reject(new RangeError("mine")) };
    expect(await rejection(followAuditLogs(konnect as never, { retry }).next())).toBeInstanceOf(RangeError);
  });
});

describe("a signal", () => {
  it("ends a follow while it waits, while it asks, and before it begins", async () => {
    const { follow, asked } = scripted(() => []);
    expect((await follow(2)).end).toBe("aborted");
    const requests = asked.length;
    await vi.advanceTimersByTimeAsync(100_000);
    expect(asked).toHaveLength(requests);

    const stuck = scripted(() => new Promise<Response>(() => {}) as unknown as Response);
    expect((await stuck.follow(1)).end).toBe("aborted");

    const begun = scripted(() => []);
    const following = followAuditLogs(begun.konnect, { signal: AbortSignal.abort() });
    expect(await rejection(following.next())).toMatchObject({ code: "aborted" });
    expect(begun.asked).toEqual([]);
  });
});

describe("a refused cursor", () => {
  const page = (number: number) =>
    Response.json({
      data: [log(number, NOW + number)],
      meta: { page: { next: `https://x/?page[after]=c${number}` } },
    });
  const refused = () => new Response("{}", { status: 400 });

  it("restarts its window once, without what was given", async () => {
    const last = () => Response.json({ data: [log(3, NOW)], meta: { page: {} } });
    const answers = [page(1), page(2), refused(), page(1), page(2), last()];
    const { asked, konnect } = scripted((_, index) => (index === 0 ? [] : answers.shift()!));
    await konnect.listAuditLogs({ "page[size]": 1 });
    const following = followAuditLogs(konnect, { since: new Date(NOW - 1_000) });
    const taken = [await following.next(), await following.next(), await following.next()];
    expect(taken.map(({ value }) => (value as { trace_id: string }).trace_id)).toEqual(["t1", "t2", "t3"]);
    expect(asked.slice(1).map(({ after }) => after)).toEqual([null, "c1", "c2", null, "c1", "c2"]);
  });

  it("ends the follow when a second one is refused in the same window", async () => {
    const answers = [page(1), refused(), page(2), refused(), page(3)];
    const { asked, konnect } = scripted((_, index) => (index === 0 ? [] : answers.shift()!));
    await konnect.listAuditLogs({ "page[size]": 1 });
    const following = followAuditLogs(konnect, { since: new Date(NOW - 1_000) });
    expect((await following.next()).done).toBe(false);
    expect((await following.next()).done).toBe(false);
    expect(await rejection(following.next())).toMatchObject({ code: "api", status: 400 });
    expect(asked).toHaveLength(5);
  });

  it("is not suspected where the request has no cursor", async () => {
    const { konnect, asked } = scripted((_, index) => (index === 0 ? [] : refused()));
    const following = followAuditLogs(konnect, { since: new Date(NOW - 1_000) });
    expect(await rejection(following.next())).toMatchObject({ code: "api", status: 400 });
    expect(asked).toHaveLength(2);
  });
});
