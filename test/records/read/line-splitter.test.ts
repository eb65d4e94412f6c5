import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineSplitter } from "../../../src/records/read/line-splitter.js";

const encoder = new TextEncoder();

/** The lines of all bytes at once, by the rules in the comments of the splitter. */
function model(bytes: Uint8Array, maxLineBytes: number) {
  const lines = [];
  let start = 0;
  for (let lineNumber = 1; start < bytes.length; lineNumber++) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed === -1 ? bytes.length : feed;
    const from = start === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : start;
    const to = bytes[end - 1] === 0x0d && end > from ? end - 1 : end;
    const line = bytes.subarray(from, to);
    const isTooLong = line.length > maxLineBytes;
    const kept = isTooLong ? line.slice(0, Math.min(1_024, maxLineBytes)) : line.slice();
    if (line.some((byte) => ![0x20, 0x09, 0x0d].includes(byte)))
      lines.push({
        lineNumber,
        byteOffset: start,
        bytes: kept,
        isTooLong,
      });
    start = end + 1;
  }
  return lines;
}

function split(bytes: Uint8Array, cuts: readonly number[], maxLineBytes: number) {
  const splitter = new LineSplitter(maxLineBytes);
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const chunks = places.map((place, i) => bytes.slice(places[i - 1] ?? 0, place));
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

describe("LineSplitter", () => {
  const piece = fc.constantFrom("\n", "\r\n", "\r", " ", "\t", "a", "bc", "ä", "€", "\uFFFD", "\uFEFF");
  const text = fc.array(piece, { maxLength: 30 }).map((pieces) => encoder.encode(pieces.join("")));
  const cuts = fc.array(fc.nat(), { maxLength: 5 });

  it("gives the same lines however the bytes are cut", () => {
    fc.assert(
      fc.property(text, cuts, (bytes, cuts) => {
        expect(split(bytes, cuts, 1_000)).toEqual(model(bytes, 1_000));
      }),
      { numRuns: 3_000 },
    );
  });

  it("gives the bytes of lines that are not UTF-8", () => {
    const byte = fc.constantFrom(0x0a, 0x0d, 0x20, 0x61, 0xc3, 0xa4, 0xff, 0xef, 0xbf, 0xbd);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 0 }),
        fc.array(byte, { maxLength: 20 }),
        cuts,
        (_, bytes, cuts) => {
          expect(split(Uint8Array.from(bytes), cuts, 1_000)).toEqual(model(Uint8Array.from(bytes), 1_000));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it.each([1, 2, 5, 1_023, 1_024, 1_025, 3_000])(
    "keeps the beginning of lines of more than %i bytes",
    (most) => {
      for (const length of [most - 1, most, most + 1, most + 2, most + 3, most + 4, most + 5, 3 * most])
        for (const ending of ["", "\n", "\r\n", "\nnext", "\r\nnext\n"])
          for (const cuts of [
            [],
            [1],
            [most - 1],
            [most],
            [most + 1, most + 3],
            [most + 4],
            [most + 5, most + 6],
          ]) {
            const bytes = encoder.encode(`${"x".repeat(length)}${ending}`);
            expect(split(bytes, cuts, most)).toEqual(model(bytes, most));
          }
    },
  );

  it("copies a line that is in several chunks", () => {
    const splitter = new LineSplitter(10);
    const [first, second] = [Uint8Array.of(0xff), Uint8Array.of(0x61, 0x0a)];
    expect(splitter.push(first)).toEqual([]);
    const [line] = splitter.push(second);
    splitter.push(encoder.encode("other"));
    expect(line!.bytes).toEqual(Uint8Array.of(0xff, 0x61));
  });

  it("holds no more than it keeps of a line that is too long", () => {
    const splitter = new LineSplitter(4_096);
    const chunk = new Uint8Array(2 ** 20).fill(0x61);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 200; i++) expect(splitter.push(chunk)).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 2 ** 20);
    const [line] = splitter.push(Uint8Array.of(0x0a));
    expect(line).toMatchObject({ isTooLong: true, byteOffset: 0 });
    expect(line!.bytes).toEqual(encoder.encode("a".repeat(1_024)));
  });
});
