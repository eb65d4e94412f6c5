import { describe, expect, it } from "vitest";
import { nextLength, planWindow, settle, windowQuery } from "../../../src/workflows/follow/windows.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 20, 12);
const base = {
  settled: undefined,
  since: undefined,
  until: undefined,
  now: NOW,
  reachBack: 601_000,
  windowMs: 60 * MINUTE,
};

describe("planWindow", () => {
  it("starts at since, and is one window long", () => {
    const since = NOW - DAY;
    expect(planWindow({ ...base, since })).toEqual({ since, until: since + 601_000 + 60 * MINUTE });
  });

  it("reaches back from the settled time, whatever since is", () => {
    const settled = NOW - DAY;
    expect(planWindow({ ...base, settled, since: NOW })).toEqual({
      since: settled - 601_000,
      until: settled + 60 * MINUTE,
    });
  });

  it("never ends after Konnect's time, nor after until", () => {
    const since = NOW - 1_000;
    expect(planWindow({ ...base, since }).until).toBe(NOW);
    expect(planWindow({ ...base, since, until: NOW - 500 }).until).toBe(NOW - 500);
    expect(planWindow({ ...base, since, until: NOW + 500 }).until).toBe(NOW);
  });

  it("never ends before it starts", () => {
    expect(planWindow({ ...base, since: NOW + 5 })).toEqual({ since: NOW + 5, until: NOW + 5 });
    expect(planWindow({ ...base, since: NOW, until: NOW - DAY })).toEqual({ since: NOW, until: NOW });
  });

  it("is open at its end while Konnect tells no time, and has no start without one", () => {
    expect(planWindow({ ...base, now: undefined, since: NOW })).toEqual({ since: NOW, until: undefined });
    expect(planWindow({ ...base, now: undefined, since: NOW, until: NOW + 1 })).toEqual({
      since: NOW,
      until: NOW + 1,
    });
    expect(planWindow({ ...base, now: undefined })).toEqual({ since: undefined, until: undefined });
    expect(planWindow(base)).toEqual({ since: undefined, until: NOW });
  });
});

describe("nextLength", () => {
  it.each([
    [60, 0, 120],
    [60, 1, 120],
    [60, 2, 60],
    [60, 10, 60],
    [60, 11, 30],
    [1.5, 11, 1],
    [1, 100, 1],
    [6 * 24 * 60, 1, 7 * 24 * 60],
    [7 * 24 * 60, 0, 7 * 24 * 60],
  ])("is, after %d minutes with %d pages, %d minutes", (minutes, pages, expected) => {
    expect(nextLength(minutes * MINUTE, pages)).toBe(expected * MINUTE);
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

describe("settle", () => {
  const at = (ms: number) => new Date(ms).toISOString();
  const checkpoint = {
    version: 1 as const,
    next: { type: "authorization" as const },
    seen: { old: NOW - 601_001, edge: NOW - 601_000, new: NOW },
    counts: { a: 1 },
    coveredSince: 5,
  };

  it("settles the end, ends the window, and drops the ids from before the overlap", () => {
    expect(settle(checkpoint, NOW, 601_000)).toEqual({
      version: 1,
      settled: at(NOW),
      seen: { edge: NOW - 601_000, new: NOW },
      counts: { a: 1 },
      coveredSince: 5,
    });
  });

  it("does not change the checkpoint that it gets", () => {
    const copy = structuredClone(checkpoint);
    settle(checkpoint, NOW, 1);
    expect(checkpoint).toEqual(copy);
  });

  it("never goes back: neither with a clock that was set back, nor after a window without records", () => {
    const settled = at(NOW);
    for (const end of [0, NOW - 1, NOW]) {
      const after = settle({ ...checkpoint, settled }, end, 601_000);
      expect(after).toMatchObject({ settled, seen: { edge: NOW - 601_000, new: NOW } });
      expect(after.seen).not.toHaveProperty("old");
    }
    expect(settle(checkpoint, 0, 601_000)).not.toHaveProperty("settled");
  });

  it("keeps the newest ids, and at most 200,000 of them", () => {
    const seen = Object.fromEntries(Array.from({ length: 200_002 }, (_, i) => [`id-${i}`, NOW - i]));
    const kept = settle({ ...checkpoint, seen }, NOW, DAY).seen;
    expect(Object.keys(kept)).toHaveLength(200_000);
    expect(kept).toMatchObject({ "id-0": NOW, "id-199999": NOW - 199_999 });
    expect(kept).not.toHaveProperty("id-200000");
  });
});
