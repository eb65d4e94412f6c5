import { describe, expect, it } from "vitest";
import type { AuditLog, FollowCheckpoint } from "../../../src/index.js";
import { findLate } from "../../../src/workflows/follow/late-records.js";

describe("late records", () => {
  const at = (minutes: number) => new Date(Date.UTC(2026, 10, 25, 12, minutes)).toISOString();
  const log = (minutes: number) => ({ type: "authorization", ts: at(minutes) }) as AuditLog;
  const state = (): FollowCheckpoint => ({
    version: 2,
    settled: at(50),
    seen: {},
    coveredSince: Date.parse(at(-5)),
    counts: { [Date.parse(at(0)) / 600_000]: 2, [Date.parse(at(10)) / 600_000]: 1 },
  });

  it("are found by counting and reported once, outside the overlap", async () => {
    const queries: unknown[] = [];
    const told: unknown[] = [];
    const options = {
      list: async (query: unknown) => {
        queries.push(query);
        return { data: [log(1), log(2), log(9), log(11), log(12), log(13)], meta: {} } as never;
      },
      now: Date.parse(at(60)),
      type: undefined,
      overlapMs: 600_000,
      onLate: (late: unknown) => void told.push(late),
    };
    const follow = state();
    await findLate(follow, options);
    expect(told).toEqual([
      { since: new Date(at(0)), until: new Date(Date.parse(at(10)) - 1), count: 1 },
      { since: new Date(at(10)), until: new Date(Date.parse(at(20)) - 1), count: 2 },
    ]);
    expect(queries).toEqual([
      { since: at(0), until: new Date(Date.parse(at(50)) - 1).toISOString(), "page[size]": 1000 },
    ]);
    // Not before an hour has passed, and nothing twice.
    await findLate(follow, options);
    expect(queries).toHaveLength(1);
    await findLate(follow, { ...options, now: Date.parse(at(120)) });
    expect(queries).toHaveLength(2);
    expect(told).toHaveLength(2);
  });

  it("are looked for by type, in order of time, and only in spans that were followed from their start", async () => {
    const queries: unknown[] = [];
    const late: number[] = [];
    const look = (follow: FollowCheckpoint, minutes: number, type?: "authorization") =>
      findLate(follow, {
        list: async (query: unknown) => {
          queries.push(query);
          return { data: [log(minutes - 15), log(minutes - 35), log(minutes - 25)], meta: {} } as never;
        },
        now: Date.parse(at(minutes)),
        type,
        overlapMs: 600_000,
        onLate: ({ since }) => void late.push((Date.parse(at(minutes)) - since.getTime()) / 60_000),
      });
    const follow = { ...state(), counts: {} };
    await look(follow, 60, "authorization");
    expect(queries).toEqual([expect.objectContaining({ type: "authorization" })]);
    expect(late).toEqual([40, 30, 20]);

    const begun = { ...state(), coveredSince: Date.parse(at(35)), lateCheckedAt: 0, counts: {} };
    await look(begun, 60);
    expect(queries).toHaveLength(2);
    expect(queries[1]).toEqual({
      since: at(40),
      until: new Date(Date.parse(at(50)) - 1).toISOString(),
      "page[size]": 1000,
    });
    await look({ ...begun, coveredSince: Date.parse(at(41)), lateCheckedAt: 0 }, 60);
    expect(queries).toHaveLength(2);
    const { settled: _, ...unsettled } = begun;
    await look({ ...unsettled, lateCheckedAt: 0 }, 60);
    expect(queries).toHaveLength(2);
  });

  it("are not counted any more once a day has passed", async () => {
    const follow = state();
    const [old] = Object.keys(follow.counts);
    follow.settled = at(25 * 60 - 10);
    await findLate(follow, {
      list: async () => ({ data: [], meta: {} }) as never,
      now: Date.parse(at(25 * 60)),
      type: undefined,
      overlapMs: 600_000,
      onLate: () => {},
    });
    expect(follow.counts).not.toHaveProperty(old!);
  });
});
