import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/support/cleanup.js";
import { decoded } from "../../src/inputs/decode.js";
import { arrayToLines } from "../../src/inputs/json-array.js";
import { sourcesOf } from "../../src/inputs/sources.js";
import { testContext } from "../support/context.js";

const { log } = testContext().context;
const lines = [...auditRecords(6)];

/** Bytes in chunks of a size. */
async function* chunksOf(bytes: Uint8Array, size = bytes.length) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

describe("what the arguments of a command mean", () => {
  const segment = (folder: string, number: number) =>
    join(folder, `audit-20261130T000000Z-00000${number}.log`);

  it("are the segments of a folder in order, each once, and no other file of it", async () => {
    const folder = temporaryFolder();
    writeFileSync(`${segment(folder, 2)}.gz`, "");
    writeFileSync(segment(folder, 2), "");
    writeFileSync(segment(folder, 1), "");
    writeFileSync(`${segment(folder, 3)}.gz`, "");
    for (const name of ["rejected.jsonl", "pull.json", "archive.json", "audit-old.log", "notes.log"])
      writeFileSync(join(folder, name), "x");
    const expected = [segment(folder, 1), segment(folder, 2), `${segment(folder, 3)}.gz`];
    expect((await sourcesOf([folder], log)).map(({ name }) => name)).toEqual(expected);
    // A pattern gives both forms of a segment.
    const given = [`${segment(folder, 2)}.gz`, segment(folder, 2)];
    expect(await sourcesOf(given, log)).toHaveLength(1);
  });

  it("are all archives of a folder that holds only archives, in the order of their names", async () => {
    const folder = temporaryFolder();
    for (const region of ["us", "eu", "empty"]) mkdirSync(join(folder, region));
    for (const region of ["us", "eu"]) writeFileSync(segment(join(folder, region), 1), "");
    const names = (await sourcesOf([folder], log)).map(({ name }) => name);
    expect(names).toEqual([segment(join(folder, "eu"), 1), segment(join(folder, "us"), 1)]);
    await expect(sourcesOf([join(folder, "empty")], log)).rejects.toThrow("is not an archive");
  });

  it("leave out a line of a segment that is still being written", async () => {
    const folder = temporaryFolder();
    writeFileSync(segment(folder, 1), `one\ntwo\nthr`);
    const [source] = await sourcesOf([folder], log);
    expect(await textOf((await source!.open())!)).toBe("one\ntwo\n");
  });
});

describe("a file in another form", () => {
  const text = `${lines.join("\r\n")}\r\n`;
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
  const array = JSON.stringify([{ a: 3959872677347089807n.toString() }, { b: ']},[\n"' }], null, 2);

  it.each([1, 2, 3, 7, 4_096])("is read in chunks of %i bytes", async (size) => {
    const read = (bytes: Uint8Array) => textOf(decoded(chunksOf(bytes, size)));
    const swapped = Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, "utf16le").swap16()]);
    expect(await read(utf16)).toBe(text);
    expect(await read(swapped)).toBe(text);
    expect(await read(gzipSync(utf16))).toBe(text);
    expect(await read(Buffer.from(text))).toBe(text);
    const gzip = gzipSync(text);
    expect(Buffer.from(await textOf(decoded(chunksOf(gzip, size))))).toEqual(Buffer.from(gzip.toString()));
    for (const bytes of [Buffer.from(array), gzipSync(array)]) {
      const objects = (await read(bytes)).split("\n").filter((line) => line.trim() !== "");
      expect(objects.map((line) => JSON.parse(line))).toEqual(JSON.parse(array));
    }
  });

  it.each([
    ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
    ["bzip2", [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59]],
    ["zip", [0x50, 0x4b, 0x03, 0x04, 0x14, 0x00]],
    ["zstd", [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x00]],
  ])("that is %s is refused with what to do", async (name, bytes) => {
    for (const size of [1, 100]) {
      const read = textOf(decoded(chunksOf(Uint8Array.from([...bytes, ...bytes]), size)));
      await expect(read).rejects.toMatchObject({
        status: 3,
        message: expect.stringContaining(`compressed with ${name}`),
      });
    }
  });

  it("is JSON Lines where it was an array of objects, whatever stands in them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(undefined, 2, "\t"),
        async (values, size, indent) => {
          const bytes = Buffer.from(JSON.stringify(values, undefined, indent));
          const text = await textOf(arrayToLines(chunksOf(bytes, size)));
          const objects = text.split("\n").filter((line) => line.trim() !== "");
          expect(objects.map((line) => JSON.parse(line))).toEqual(JSON.parse(bytes.toString()));
        },
      ),
    );
  });

  it("is passed on where it is nothing of that", async () => {
    for (const text of ["", "[", "[1,2]\nx", "\ufeffCEF:0|", "x".repeat(10)])
      expect(await textOf(decoded(chunksOf(Buffer.from(text), 1)))).toBe(text);
  });
});
