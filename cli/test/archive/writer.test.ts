import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/support/cleanup.js";
import { ArchiveWriter, type WriterOptions } from "../../src/archive/writer.js";
import { testContext } from "../support/context.js";
import { received } from "../support/received.js";
import { segments, stored } from "../support/segments.js";

const lines = [...auditRecords(20)];
const records = (from: number, to: number) => lines.slice(from, to).map((line) => received(line));
const now = () => Date.UTC(2026, 10, 28, 12);
const TORN = "audit-20261101T000000Z-000007.log";

function open(folder: string, more: Partial<WriterOptions> = {}, { context } = testContext()) {
  return ArchiveWriter.open({ folder, source: "deliveries", baseUrls: [], now, ...more }, context);
}

describe("ArchiveWriter", () => {
  it("stores each record once, also across restarts, in the order they came", async () => {
    const folder = temporaryFolder();
    const sink = await open(folder);
    await Promise.all([sink.append(records(0, 5)), sink.append(records(3, 8)), sink.append(records(0, 5))]);
    await sink.append([...records(8, 9), ...records(8, 9)]);
    await sink.close();
    const again = await open(folder);
    await again.append(records(7, 10));
    await again.close();
    expect(stored(folder)).toBe(`${lines.slice(0, 10).join("\n")}\n`);
  });

  it("begins a new segment when one is large enough, and remembers ids across segments", async () => {
    const folder = temporaryFolder();
    for (let i = 0; i < 10; i++) {
      const sink = await open(folder, { segmentBytes: 1000 });
      await sink.append(records(2 * i, 2 * i + 2));
      await sink.append(records(0, 2 * i + 2));
      await sink.close();
    }
    expect(segments(folder).length).toBeGreaterThan(3);
    expect(segments(folder)[0]).toBe("audit-20261128T120000Z-000001.log");
    expect(stored(folder)).toBe(`${lines.join("\n")}\n`);
  });

  it("keeps the order of segments when the clock goes back", async () => {
    const folder = temporaryFolder();
    const first = await open(folder, { segmentBytes: 1 });
    await first.append(records(0, 1));
    await first.close();
    const second = await open(folder, { segmentBytes: 1, now: () => 0 });
    await second.append(records(1, 2));
    await second.append(records(0, 2));
    await second.append(records(2, 3));
    await second.close();
    expect(segments(folder)).toEqual([
      "audit-20261128T120000Z-000001.log",
      "audit-19700101T000000Z-000002.log",
      "audit-19700101T000000Z-000003.log",
    ]);
  });

  it("forgets ids beyond its window", async () => {
    const folder = temporaryFolder();
    const sink = await open(folder, { window: 3 });
    await sink.append(records(0, 5));
    await sink.append(records(0, 1));
    await sink.append(records(4, 5));
    await sink.close();
    expect(stored(folder).split("\n").length - 1).toBe(6);
  });

  it("removes a torn line that a kill left, even if it is all there is", async () => {
    for (const whole of [`${lines[0]}\n`, ""]) {
      const folder = temporaryFolder();
      appendFileSync(join(folder, TORN), `${whole}${lines[1]!.slice(0, 100)}`);
      const sink = await open(folder);
      await sink.append(records(1, 2));
      await sink.close();
      // Each process has segments of its own.
      expect(segments(folder)).toEqual([TORN, "audit-20261128T120000Z-000008.log"]);
      expect(stored(folder)).toBe(`${whole}${lines[1]}\n`);
    }
  });

  it("leaves nothing of a batch that the disk did not accept, and continues when it does", async () => {
    const folder = temporaryFolder();
    let left = 600;
    const sink = await open(folder, {
      async write(file, bytes) {
        await file.appendFile(bytes.subarray(0, left));
        left -= bytes.length;
        if (left < 0) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      },
    });
    await sink.append(records(0, 1));
    await expect(sink.append(records(1, 5))).rejects.toThrow("no space");
    await expect(sink.append(records(1, 5))).rejects.toThrow("no space");
    expect(stored(folder)).toBe(`${lines[0]}\n`);
    left = 1e9;
    await sink.append(records(1, 5));
    await sink.close();
    expect(stored(folder)).toBe(`${lines.slice(0, 5).join("\n")}\n`);
  });
});

describe("closed segments", () => {
  const fill = async (folder: string, more: Partial<WriterOptions>, from = 0, to = 6) => {
    const sink = await open(folder, { segmentBytes: 1, ...more });
    for (let i = from; i < to; i++) await sink.append(records(i, i + 1));
    await sink.close();
  };

  it("are compressed, the open one is not, and their ids are remembered", async () => {
    const folder = temporaryFolder();
    await fill(folder, { compress: true });
    // The last one was closed with the writer.
    expect(segments(folder).every((name) => name.endsWith(".log.gz"))).toBe(true);
    const writer = await open(folder, { compress: true });
    await writer.append(records(6, 7));
    expect(segments(folder)[6]).toMatch(/000007\.log$/);
    await writer.close();
    await fill(folder, { compress: true }, 0, 7);
    expect(stored(folder)).toBe(`${lines.slice(0, 7).join("\n")}\n`);
  });

  it("survive a kill in the middle of a compression", async () => {
    const folder = temporaryFolder();
    await fill(folder, {});
    const [first, second] = segments(folder) as [string, string];
    // Killed while it wrote, and between renaming and deleting.
    writeFileSync(join(folder, `${first}.gz.new`), gzipSync("torn").subarray(0, 9));
    writeFileSync(join(folder, `${second}.gz`), gzipSync(readFileSync(join(folder, second))));
    await fill(folder, { compress: true }, 0, 7);
    expect(stored(folder)).toBe(`${lines.slice(0, 7).join("\n")}\n`);
    expect(existsSync(join(folder, `${first}.gz.new`))).toBe(false);
    expect(existsSync(join(folder, second))).toBe(false);
  });

  it("stay, and the reason is said, if they cannot be compressed", async () => {
    const folder = temporaryFolder();
    await fill(folder, {});
    const told = testContext();
    await (await open(folder, { compress: true }, told)).close();
    expect(told.messages.filter((text) => /^compressed .*: \d+ to \d+ bytes$/.test(text))).toHaveLength(6);
    await fill(folder, {}, 6, 7);
    // A folder has the name of the compressed one.
    mkdirSync(join(folder, `${segments(folder)[6]}.gz`, "x"), { recursive: true });
    const stuck = testContext();
    await (await open(folder, { compress: true }, stuck)).close();
    expect(stuck.messages.join()).toMatch(/! closed segments could not be compressed or deleted: /);
    rmSync(join(folder, `${segments(folder)[6]}.gz`), { recursive: true });
    expect(stored(folder)).toBe(`${lines.slice(0, 7).join("\n")}\n`);
  });
});
