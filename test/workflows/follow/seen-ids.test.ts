import { describe, expect, it } from "vitest";
import { SeenIds } from "../../../src/workflows/follow/seen-ids.js";

const id = (number: number) => String(number).padStart(10, "0");

describe("SeenIds", () => {
  it("knows an id at the time of its record only, and is restored from what it stores", () => {
    const seen = new SeenIds();
    for (let i = 0; i < 100; i++) seen.add(id(i), i * 1_000);
    for (const ids of [seen, new SeenIds(JSON.parse(JSON.stringify(seen.stored())))]) {
      expect(ids.size).toBe(100);
      expect(ids.has(id(42), 42_000)).toBe(true);
      expect(ids.has(id(42), 43_000)).toBe(true);
      expect(ids.has(id(42), 52_000)).toBe(false);
      expect(ids.has(id(100), 42_000)).toBe(false);
    }
    expect(Object.keys(seen.stored())).toHaveLength(10);
    expect(seen.stored()["4"]).toBe(Array.from({ length: 10 }, (_, i) => id(40 + i)).join(""));
  });

  it("drops whole spans before a time, never an id at or after it", () => {
    const seen = new SeenIds();
    for (let i = 0; i < 100; i++) seen.add(id(i), i * 1_000);
    seen.dropBefore(49_999);
    expect(seen.has(id(40), 40_000)).toBe(true);
    expect(seen.size).toBe(60);
    seen.dropBefore(50_000);
    expect(seen.size).toBe(50);
    expect(seen.has(id(50), 50_000)).toBe(true);
  });

  it("drops the oldest if there are too many, and says how many", () => {
    const seen = new SeenIds();
    for (let i = 99; i >= 0; i--) seen.add(id(i), i * 1_000);
    expect(seen.dropOldest(100)).toBe(0);
    expect(seen.dropOldest(75)).toBe(30);
    expect(seen.has(id(29), 29_000)).toBe(false);
    expect(seen.has(id(30), 30_000)).toBe(true);
  });

  it("adds after a restore", () => {
    const seen = new SeenIds({ "0": id(1) });
    seen.add(id(2), 5_000);
    expect(seen.stored()).toEqual({ "0": id(1) + id(2) });
  });
});
