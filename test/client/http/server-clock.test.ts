import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Clock } from "../../../src/client/http/server-clock.js";

const START = Date.parse("2026-11-20T12:00:00Z");
const MINUTE = 60_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "Date"] }));
afterEach(() => void vi.useRealTimers());

/** A clock, and responses whose Date is so many ms from the true time. */
function started() {
  const reports: string[] = [];
  const clock = new Clock((problem) => reports.push(problem));
  let passed = 0;
  return {
    clock,
    reports,
    wait(ms: number) {
      passed += ms;
      vi.advanceTimersByTime(ms);
    },
    answer(off = 0) {
      clock.observe(new Headers({ date: new Date(START + passed + off).toUTCString() }));
    },
    get off() {
      const now = clock.now();
      return now === undefined ? undefined : now - START - passed;
    },
  };
}

describe("Konnect's clock", () => {
  it("is that of the first response, to the end of its second, and goes on", () => {
    const it = started();
    expect(it.off).toBeUndefined();
    it.answer();
    expect(it.off).toBe(999);
    it.wait(5_500);
    expect(it.off).toBe(999);
    it.answer();
    expect(it.off).toBeGreaterThanOrEqual(0);
    expect(it.reports).toEqual([]);
  });

  it("follows small differences, which add up", () => {
    const it = started();
    for (let off = 0; off <= 60_000; off += 5_000) it.answer(off);
    expect(it.off).toBe(60_999);
    expect(it.reports).toEqual([]);
  });

  it("does not believe a Date that jumps, and says so: it has no time until the next one agrees", () => {
    const it = started();
    it.answer();
    it.answer(40 * MINUTE);
    expect(it.off).toBeUndefined();
    expect(it.reports).toEqual([expect.stringMatching(/jumped by 2400 s: not believed/)]);
    it.answer();
    expect(it.off).toBe(999);
  });

  it.each([40 * MINUTE, -40 * MINUTE, 12_000])(
    "believes a jump of %i ms when three in a row agree",
    (jump) => {
      const it = started();
      it.answer();
      for (let i = 0; i < 2; i++) {
        it.wait(30_000);
        it.answer(jump);
        expect(it.off).toBeUndefined();
      }
      it.answer(jump);
      expect(it.off).toBeCloseTo(jump + 999, -4);
      expect(it.reports).toHaveLength(2);
    },
  );

  it("does not believe jumps that differ from each other, however many", () => {
    const it = started();
    it.answer();
    for (let i = 1; i < 9; i++) {
      it.answer(i * 20 * MINUTE);
      expect(it.off).toBeUndefined();
    }
    it.answer();
    expect(it.off).toBe(999);
  });

  it.each(["", "soon", "Sat, 12 Sep 275760 23:59:00 GMT", "+275760-09-13T00:00:00.000Z"])(
    "ignores the Date %j",
    (date) => {
      const it = started();
      it.clock.observe(new Headers({ date }));
      expect(it.off).toBeUndefined();
      it.answer();
      it.clock.observe(new Headers({ date }));
      expect(it.off).toBe(999);
    },
  );
});
