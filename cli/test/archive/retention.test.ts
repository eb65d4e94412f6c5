import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { auditRecord } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/support/cleanup.js";
import { ArchiveWriter, type WriterOptions } from "../../src/archive/writer.js";
import { testContext } from "../support/context.js";
import { received } from "../support/received.js";
import { segments } from "../support/segments.js";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 30, 12);

async function open(folder: string, more: Partial<WriterOptions> = {}) {
  const { context, messages } = testContext();
  const options = { folder, source: "deliveries", baseUrls: [], segmentBytes: 1, now: () => NOW } as const;
  return { writer: await ArchiveWriter.open({ ...options, ...more }, context), messages };
}

/** An archive with a segment for each age of a record, in days. */
async function archive(ages: (number | undefined)[], more: Partial<WriterOptions> = {}) {
  const folder = temporaryFolder();
  const { writer } = await open(folder);
  for (const [i, age] of ages.entries()) {
    const at = age === undefined ? undefined : NOW - age * DAY;
    const line = at === undefined ? `line ${i}` : auditRecord({ seed: i, at });
    await writer.append([received(line)]);
  }
  await writer.close();
  const left = async (limits: Partial<WriterOptions>) => {
    const { writer, messages } = await open(folder, { ...more, ...limits });
    await writer.close();
    return { left: segments(folder).map((name) => Number(/-0*(\d+)\.log/.exec(name)![1])), messages };
  };
  return { folder, left };
}

describe("--keep", () => {
  it("deletes segments whose newest record is older than the newest of the archive by more than that", async () => {
    const { left } = await archive([100, 91, 89, 0]);
    const result = await left({ keepMs: 90 * DAY });
    expect(result.left).toEqual([3, 4]);
    expect(result.messages).toHaveLength(2);
    expect(result.messages[0]).toMatch(
      /^! deleted .*-000001\.log \(\d+ bytes, newest record 2026-.*Z\): it is older than --keep/,
    );
  });

  it("does not believe the time of a file", async () => {
    const { folder, left } = await archive([3, 2, 1]);
    for (const name of segments(folder)) utimesSync(join(folder, name), 0, 0);
    expect((await left({ keepMs: 30 * DAY })).left).toEqual([1, 2, 3]);
  });

  it("deletes nothing if the clock is ahead of the records by more than that, and says so", async () => {
    const { left } = await archive([3, 2, 1]);
    const now = () => NOW + 200 * DAY;
    const quiet = await left({ keepMs: 90 * DAY, now });
    expect(quiet.left).toEqual([1, 2, 3]);
    expect(quiet.messages.join()).toMatch(
      /nothing is deleted by --keep: this machine's clock is \d+ min ahead .*--keep-silent/,
    );
    expect((await left({ keepMs: 90 * DAY, now, keepSilent: true })).left).toEqual([]);
  });

  it("counts a record without a time as when its segment was closed", async () => {
    const { folder, left } = await archive([undefined, 0]);
    const [first] = segments(folder) as [string];
    const closed = (NOW - 20 * DAY) / 1_000;
    utimesSync(join(folder, first), closed, closed);
    expect((await left({ keepMs: 30 * DAY })).left).toEqual([1, 2]);
    expect((await left({ keepMs: 10 * DAY })).left).toEqual([2]);
  });
});

describe("--max-bytes", () => {
  it("deletes closed rejections before segments, the oldest first, and never silently", async () => {
    const { folder, left } = await archive([3, 2, 1, 0]);
    writeFileSync(join(folder, "rejected-000001.jsonl"), `{"receivedAt":"2026-11-30T00:00:00.000Z"}\n`);
    const size = segments(folder).reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
    const result = await left({ maxBytes: size });
    expect(result.left).toEqual([1, 2, 3, 4]);
    expect(existsSync(join(folder, "rejected-000001.jsonl"))).toBe(false);
    const less = await left({ maxBytes: size - 10 });
    expect(less.left).toEqual([2, 3, 4]);
    expect(less.messages.join()).toMatch(/the folder has more than --max-bytes/);
  });

  it("keeps what a reader has not read, names it, and uses no number twice", async () => {
    const { folder, left } = await archive([3, 2, 1, 0]);
    mkdirSync(join(folder, "positions"));
    const position = { created: JSON.parse(readFileSync(join(folder, "archive.json"), "utf8")).created };
    const reader = (segment: number) =>
      writeFileSync(
        join(folder, "positions/otlp-1.json"),
        JSON.stringify({
          version: 1,
          target: {},
          archive: { ...position, segment, first: "", offset: 0, behind: [] },
        }),
      );
    reader(3);
    const result = await left({ maxBytes: 1 });
    expect(result.left).toEqual([3, 4]);
    expect(result.messages.join()).toMatch(
      /kept 2 segments \(\d+ bytes\) that otlp-1 has not read: konnect-audit forward .* --forget otlp-1 ends that reader/,
    );
    reader(5);
    expect((await left({ maxBytes: 1 })).left).toEqual([]);
    const { writer } = await open(folder);
    await writer.append([received("next")]);
    await writer.close();
    expect(segments(folder)[0]).toMatch(/-000005\.log$/);
  });

  it("keeps everything for a reader whose position cannot be read", async () => {
    const { folder, left } = await archive([3, 2]);
    mkdirSync(join(folder, "positions"));
    writeFileSync(join(folder, "positions/broken.json"), "{");
    expect((await left({ maxBytes: 1 })).left).toEqual([1, 2]);
  });

  it("closes rejected.jsonl at a tenth of it, and bounds the folder", async () => {
    const folder = temporaryFolder();
    const { writer } = await open(folder, { maxBytes: 20_000 });
    const rejection = { receivedAt: new Date(NOW), reason: "broken", problem: "x", body: "a".repeat(1_500) };
    for (let i = 0; i < 60; i++) await writer.reject(rejection);
    await writer.close();
    await (await open(folder, { maxBytes: 20_000 })).writer.close();
    const names = readdirSync(folder).filter((name) => name.startsWith("rejected"));
    const bytes = names.reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
    expect(names.length).toBeGreaterThan(2);
    expect(bytes).toBeLessThan(25_000);
  });
});
