import { describe, expect, it } from "vitest";
import { type Candidate, planRetention, type RetentionFacts } from "../../src/archive/retention-plan.js";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 30);
const segment = (number: number, newest: number | undefined, bytes = 100): Candidate => ({
  path: `${number}`,
  bytes,
  newest,
  segment: number,
});
const facts = (more: Partial<RetentionFacts>): RetentionFacts => {
  const all = [...(more.segments ?? []), ...(more.rejected ?? [])];
  return {
    ...{ rejected: [], segments: [], clock: NOW, newestRecord: NOW, readers: [] },
    totalBytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    ...more,
  };
};
const deleted = (more: Partial<RetentionFacts>, limits: Parameters<typeof planRetention>[1]) =>
  planRetention(facts(more), limits).deletions.map(({ path }) => path);

describe("what retention deletes", () => {
  const segments = [segment(1, NOW - 91 * DAY), segment(2, NOW - 89 * DAY), segment(3, NOW)];

  it("is nothing without a limit, and what is older than keep otherwise", () => {
    expect(deleted({ segments }, {})).toEqual([]);
    expect(deleted({ segments }, { keepMs: 90 * DAY })).toEqual(["1"]);
  });

  it("is judged by the newest record, not by a clock that is ahead", () => {
    // A quiet archive, whose clock is right.
    expect(deleted({ segments, clock: NOW + 2 * DAY }, { keepMs: 90 * DAY })).toEqual(["1"]);
    const jumped = facts({ segments, clock: NOW + 3_650 * DAY });
    const plan = planRetention(jumped, { keepMs: 90 * DAY });
    expect(plan).toMatchObject({ deletions: [], clockAheadMs: 3_650 * DAY });
    expect(planRetention(jumped, { keepMs: 90 * DAY, keepSilent: true })).toMatchObject({
      deletions: [{ path: "1" }, { path: "2" }, { path: "3" }],
      clockAheadMs: undefined,
    });
  });

  it("is judged by a clock that is behind as well", () => {
    expect(deleted({ segments, clock: NOW - 10 * DAY }, { keepMs: 90 * DAY })).toEqual([]);
  });

  it("is nothing because of a record of the future, which counts as now", () => {
    const future = [...segments, segment(4, NOW + 3_650 * DAY)];
    const limits = { keepMs: 90 * DAY };
    expect(deleted({ segments: future, newestRecord: NOW + 3_650 * DAY }, limits)).toEqual(["1"]);
  });

  it("is nothing of which no time is known", () => {
    expect(deleted({ segments: [segment(1, undefined)] }, { keepMs: 1 })).toEqual([]);
  });

  it("is the oldest first while there are too many bytes, rejections before records", () => {
    const rejected = [{ path: "r1", bytes: 100, newest: NOW }];
    expect(deleted({ segments, rejected }, { maxBytes: 300 })).toEqual(["r1"]);
    expect(deleted({ segments, rejected }, { maxBytes: 250 })).toEqual(["r1", "1"]);
    expect(deleted({ segments, rejected }, { maxBytes: 400 })).toEqual([]);
  });

  it("is nothing that a reader has not read, and the reader is named with the bytes", () => {
    const readers = [
      { reader: "otlp-1", segment: 2, next: 5 },
      { reader: "loki-1", segment: 9, next: 9 },
    ];
    const plan = planRetention(facts({ segments, readers }), { maxBytes: 1, keepMs: 80 * DAY });
    expect(plan.deletions.map(({ path }) => path)).toEqual(["1"]);
    expect(plan.held).toEqual([{ reader: "otlp-1", bytes: 200, segments: 2 }]);
  });
});
