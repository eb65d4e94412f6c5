import { afterEach, describe, expect, it, vi } from "vitest";
import { type FollowCheckpoint, followAuditLogs } from "../../../src/index.js";
import { clientOver, rejection } from "../../support/konnect.js";
import { log, MINUTE, NOW, scripted } from "./support.js";

afterEach(() => void vi.useRealTimers());

describe("a checkpoint within a window", () => {
  it("is resumed at its page", async () => {
    const { asked, konnect } = scripted(() => [log(1, NOW - 1)]);
    const next = {
      since: new Date(NOW - MINUTE).toISOString(),
      until: new Date(NOW).toISOString(),
      "page[after]": "c7",
    };
    const following = followAuditLogs(konnect, { checkpoint: { version: 2, next, seen: {}, counts: {} } });
    expect((await following.next()).done).toBe(false);
    expect(asked).toEqual([expect.objectContaining({ after: "c7", since: NOW - MINUTE, until: NOW })]);
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
        version: 2,
        settled: new Date(NOW - 11 * MINUTE).toISOString(),
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

  it("throws errors that are not from this package", async () => {
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

  it("restarts its window once, without repeating records", async () => {
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
