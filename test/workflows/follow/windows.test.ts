import { describe, expect, it } from "vitest";
import { nextLength, planWindow, windowQuery } from "../../../src/workflows/follow/windows.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 20, 12);
const REACH = 601_000;
const base = {
  start: undefined,
  until: undefined,
  clock: NOW,
  isTold: true,
  reachBack: REACH,
  windowMs: 60 * MINUTE,
};

describe("planWindow", () => {
  it("begins where the last one ended, and settles all of itself, while it is behind the horizon", () => {
    const start = NOW - DAY;
    const end = start + 60 * MINUTE;
    expect(planWindow({ ...base, start })).toEqual({ since: start, until: end, settles: end });
    expect(planWindow({ ...base, start, until: start + 5 })).toEqual({
      since: start,
      until: start + 5,
      settles: start + 5,
    });
  });

  it("reads up to now at the end, and settles only what is behind the horizon", () => {
    const horizon = NOW - REACH;
    for (const start of [horizon - 60 * MINUTE, horizon - 1, horizon])
      expect(planWindow({ ...base, start })).toEqual({ since: start, until: NOW, settles: horizon });
  });

  it("never settles nor reads anything from before its start", () => {
    for (const start of [NOW - 300_000, NOW - 1, NOW])
      expect(planWindow({ ...base, start })).toEqual({ since: start, until: NOW, settles: start });
  });

  it("never ends after Konnect's time, after until, or before it starts", () => {
    const start = NOW - 1_000;
    expect(planWindow({ ...base, start, until: NOW - 500 })).toEqual({
      since: start,
      until: NOW - 500,
      settles: start,
    });
    expect(planWindow({ ...base, start, until: NOW + 500 }).until).toBe(NOW);
    expect(planWindow({ ...base, start: NOW + 5 })).toEqual({
      since: NOW + 5,
      until: NOW + 5,
      settles: NOW + 5,
    });
    expect(planWindow({ ...base, start: NOW, until: NOW - DAY }).until).toBe(NOW);
    expect(planWindow({ ...base, start: NOW - DAY, until: NOW - 2 * DAY }).until).toBe(NOW - DAY);
  });

  it("is open at its end, and settles by the newest record, while Konnect tells no time", () => {
    const start = NOW - 30 * MINUTE;
    expect(planWindow({ ...base, isTold: false, start })).toEqual({
      since: start,
      until: undefined,
      settles: NOW - REACH,
    });
    expect(planWindow({ ...base, isTold: false, clock: undefined, start })).toEqual({
      since: start,
      until: undefined,
      settles: start,
    });
    expect(planWindow({ ...base, isTold: false, start, until: NOW + 1 }).until).toBe(NOW + 1);
    expect(planWindow({ ...base, isTold: false, clock: undefined })).toEqual({
      since: undefined,
      until: undefined,
      settles: undefined,
    });
    // Behind the horizon, the newest record is as good as a clock.
    expect(planWindow({ ...base, isTold: false, start: NOW - DAY }).until).toBe(NOW - DAY + 60 * MINUTE);
  });

  it("covers every moment once it is behind the horizon, whatever the clock does", () => {
    let start = NOW - 3 * DAY;
    let clock = NOW;
    for (let i = 0; i < 200; i++) {
      const { since, until, settles } = planWindow({
        ...base,
        start,
        clock,
        windowMs: 1_000 * 2 ** (i % 20),
      });
      expect(since).toBe(start);
      expect(settles).toBeGreaterThanOrEqual(start);
      expect(settles).toBeLessThanOrEqual(Math.max(start, clock - REACH));
      expect(settles).toBeLessThanOrEqual(until!);
      start = settles!;
      clock += (i % 7) * 30_000 - 60_000;
    }
  });
});

describe("nextLength", () => {
  it.each([
    [60, 0, 120],
    [60, 3, 120],
    [60, 4, 60],
    [60, 8, 60],
    [60, 9, 30],
    [1.5, 9, 1],
    [1, 100, 1],
    [6 * 24 * 3_600, 1, 7 * 24 * 3_600],
    [7 * 24 * 3_600, 0, 7 * 24 * 3_600],
  ])("is, after %d seconds with %d pages, %d seconds", (seconds, pages, expected) => {
    expect(nextLength(seconds * 1_000, pages)).toBe(expected * 1_000);
  });
});

describe("windowQuery", () => {
  it("has the times as text, the type if there is one, and 1,000 records per page by default", () => {
    expect(windowQuery({ since: 0, until: 1 }, {})).toEqual({
      since: "1970-01-01T00:00:00.000Z",
      until: "1970-01-01T00:00:00.001Z",
      "page[size]": 1_000,
    });
    const query = windowQuery(
      { since: undefined, until: undefined },
      { type: "authorization", "page[size]": 7 },
    );
    expect(query).toEqual({ type: "authorization", "page[size]": 7 });
    expect(Object.keys(windowQuery({ since: undefined, until: undefined }, {}))).toEqual(["page[size]"]);
  });
});
