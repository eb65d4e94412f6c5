import { afterEach, describe, expect, it, vi } from "vitest";
import { decode, isUtf8 } from "../../../src/records/read/decode.js";

const encoder = new TextEncoder();
const TEXTS = ["ä", "\uFEFF€", "\uFFFD", ""];

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("decode", () => {
  it("decodes with Node's Buffer where there is one, and keeps byte order marks", () => {
    const fast = vi.spyOn(Buffer.prototype, "utf8Slice" as never);
    for (const text of TEXTS) expect(decode(encoder.encode(text))).toBe(text);
    expect(fast).toHaveBeenCalledTimes(TEXTS.length);
  });

  it.each([
    [
      "without Node's modules",
      () => vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never),
    ],
    ["without a process", () => vi.stubGlobal("process", undefined)],
    ["in a process without getBuiltinModule", () => vi.stubGlobal("process", {})],
  ])("gives the same text %s", async (_, prepare) => {
    const fast = vi.spyOn(Buffer.prototype, "utf8Slice" as never);
    vi.resetModules();
    prepare();
    const elsewhere = await import("../../../src/records/read/decode.js");
    const texts = [...TEXTS.map((text) => encoder.encode(text)), Uint8Array.of(0x61, 0xff)].map(
      elsewhere.decode,
    );
    vi.unstubAllGlobals();
    expect(texts).toEqual([...TEXTS, "a\uFFFD"]);
    expect(fast).not.toHaveBeenCalled();
  });
});

describe("isUtf8", () => {
  it("tells a replaced byte from the replacement character", () => {
    for (const [bytes, expected] of [
      [encoder.encode("\uFFFD"), true],
      [Uint8Array.of(0xff), false],
      [encoder.encode("ä"), true],
    ] as const)
      expect(isUtf8(bytes, decode(bytes))).toBe(expected);
  });
});
