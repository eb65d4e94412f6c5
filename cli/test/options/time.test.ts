import { describe, expect, it } from "vitest";
import { bytes, integer } from "../../src/options/numbers.js";
import { duration, moment } from "../../src/options/time.js";

const NOW = Date.UTC(2026, 10, 28, 12);
const at = (text: string) => moment(text).at(NOW).toISOString();

describe("--since and --until", () => {
  it.each([
    ["90s", "2026-11-28T11:58:30.000Z"],
    ["15m", "2026-11-28T11:45:00.000Z"],
    ["2h", "2026-11-28T10:00:00.000Z"],
    ["7d", "2026-11-21T12:00:00.000Z"],
    ["4w", "2026-10-31T12:00:00.000Z"],
    ["0s", "2026-11-28T12:00:00.000Z"],
    ["999999999w", "1970-01-01T00:00:00.000Z"],
    ["2026-11-25", "2026-11-25T00:00:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["2026-11-25T18:30:00Z", "2026-11-25T18:30:00.000Z"],
    ["2026-11-25t18:30:00.25z", "2026-11-25T18:30:00.250Z"],
    ["2026-11-25 18:30:00+01:30", "2026-11-25T17:00:00.000Z"],
    ["2026-11-25T18:30:00.123456789Z", "2026-11-25T18:30:00.123Z"],
  ])("take %s", (text, expected) => {
    expect(at(text)).toBe(expected);
  });

  it.each([
    ...["", "yesterday", "2h30m", "-2h", "1.5h", "2 h", "2H", "1y"],
    ...["2026-13-01", "2026-11-25T24:30:00Z", "2026-11-25T18:30Z", "20261125"],
  ])("refuse %j", (text) => {
    expect(() => moment(text)).toThrow(/RFC 3339/);
  });

  it.each([
    ["2026-02-29", "2026-02 has 28 days"],
    ["2026-02-30T00:00:00Z", "2026-02 has 28 days"],
    ["2026-11-25T18:30:00", "The zone is missing: add Z for UTC, or an offset such as +02:00"],
    ["2026-11-25 18:30", "The zone is missing"],
    ["1732559400", "That looks like seconds since 1970: give 2024-11-25T18:30:00.000Z"],
    ["1732559400000", "That looks like milliseconds since 1970: give 2024-11-25T18:30:00.000Z"],
  ])("say what is wrong with %j", (text, hint) => {
    expect(() => moment(text)).toThrow(hint);
  });

  it("know an age from a point in time", () => {
    expect(moment("2h").isRelative).toBe(true);
    expect(moment("2026-11-25").isRelative).toBe(false);
  });
});

describe("numbers, sizes and spans", () => {
  it("are taken as they are written", () => {
    expect(integer(1)("42")).toBe(42);
    expect([bytes("500000"), bytes("64M"), bytes("10GiB"), bytes("1K")]).toEqual([
      500_000,
      2 ** 26,
      10 * 2 ** 30,
      1_024,
    ]);
    expect([duration("500ms"), duration("90d")]).toEqual([500, 7_776_000_000]);
  });

  it.each(["", "0", "-5", "1e3", "1.5", "0x10", " 5", "5 ", "9999999999"])(
    "refuse %j as an integer",
    (text) => {
      expect(() => integer(1)(text)).toThrow(/integer/);
    },
  );

  it.each(["", "0", "M", "1.5G", "-1", "1X", "999999999999T"])("refuse %j as a size", (text) => {
    expect(() => bytes(text)).toThrow(/size/);
  });

  it.each(["", "90", "d", "1y", "-1d"])("refuse %j as a span", (text) => {
    expect(() => duration(text)).toThrow(/unit/);
  });
});
