import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReadRecord, readAuditRecordBatches, readAuditRecords } from "../../../src/records/index.js";
import { auditRecords } from "../../../src/testing/index.js";
import { rejection } from "../../support/konnect.js";

const lines = [...auditRecords(50), "garbage", "", "x".repeat(5_000)];
const bytes = Buffer.from(lines.join("\n"));

async function single(source: AsyncIterable<Uint8Array>, options = {}): Promise<ReadRecord[]> {
  const records: ReadRecord[] = [];
  for await (const record of readAuditRecords(source, options)) records.push(record);
  return records;
}

function* cut(content: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < content.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield content.subarray(at, at + size);
    at += size;
  }
}

describe("readAuditRecordBatches", () => {
  it("yields the same records as readAuditRecords, however the source is cut, in batches of at most `size`", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(
      sizes,
      fc.integer({ min: 1, max: 60 }),
      fc.boolean(),
      async (cuts, size, isGzip) => {
        const content = isGzip ? gzipSync(bytes) : bytes;
        const options = { maxLineBytes: 4_096 };
        const found: ReadRecord[] = [];
        for await (const records of readAuditRecordBatches(Readable.from(cut(content, cuts)), {
          ...options,
          size,
        })) {
          expect(records.length).toBeGreaterThan(0);
          expect(records.length).toBeLessThanOrEqual(size);
          found.push(...records);
        }
        const expected = await single(Readable.from(cut(content, cuts)), options);
        expect(found).toEqual(expected);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it.each([0, -1, 1.5, Number.NaN, "5"])("refuses size %j", async (size) => {
    const batches = readAuditRecordBatches("x", { size: size as number });
    expect(await rejection(batches.next())).toMatchObject({
      code: "invalid_options",
      message: expect.stringMatching(/size must be/),
    });
  });

  it("closes its source when it is left, and passes on its errors", async () => {
    let isClosed = false;
    const source = async function* () {
      try {
        for (;;) yield bytes;
      } finally {
        isClosed = true;
      }
    };
    for await (const _ of readAuditRecordBatches(source())) break;
    expect(isClosed).toBe(true);
    const broken = Readable.from([gzipSync(bytes).subarray(0, 900)]);
    const read = async () => {
      for await (const _ of readAuditRecordBatches(broken));
    };
    expect(await rejection(read())).toMatchObject({ code: "invalid_input" });
  });
});
