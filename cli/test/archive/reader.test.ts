import { mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/support/cleanup.js";
import type { ArchivePosition } from "../../src/archive/positions.js";
import { ArchiveReader, type Broken } from "../../src/archive/reader.js";
import { testContext } from "../support/context.js";

const lines = [...auditRecords(40)];
const nameOf = (number: number, time = "20261130T000000Z") =>
  `audit-${time}-${String(number).padStart(6, "0")}.log`;
const text = (from: number, to: number) => `${lines.slice(from, to).join("\n")}\n`;

/** A folder whose segments a test writes, and a reader that goes on from its last position. */
function setUp() {
  const folder = temporaryFolder();
  const path = (number: number, time?: string) => join(folder, nameOf(number, time));
  const { context, messages } = testContext();
  const broken: Broken[] = [];
  let position: ArchivePosition | undefined;
  const read = async ({ created = null as string | null, size = 7 } = {}) => {
    const { log } = context;
    const onBroken = (one: Broken) => broken.push(one);
    const reader = new ArchiveReader({ folder, created, position, size, log, onBroken });
    const got: string[] = [];
    for await (const part of reader.parts()) {
      got.push(...part.lines.map(({ text }) => text));
      position = JSON.parse(JSON.stringify(part.position));
    }
    return got;
  };
  const compress = (number: number) => {
    writeFileSync(`${path(number)}.gz`, gzipSync(readFileSync(path(number))));
    unlinkSync(path(number));
  };
  return { folder, path, read, compress, messages, broken, positionNow: () => position };
}

describe("a reader of an archive", () => {
  it("reads each line once, in the order of the segments, whatever form they have", async () => {
    const { path, read, compress } = setUp();
    writeFileSync(path(1), text(0, 10));
    writeFileSync(path(2), text(10, 12));
    expect(await read()).toEqual(lines.slice(0, 12));
    // The segment grows, is closed and compressed, and the next ones begin.
    writeFileSync(path(2), text(10, 20));
    compress(2);
    compress(1);
    writeFileSync(path(3), text(20, 25));
    writeFileSync(`${path(3)}.gz`, gzipSync(text(20, 25)));
    writeFileSync(path(4), text(25, 30));
    expect(await read()).toEqual(lines.slice(12, 30));
    expect(await read()).toEqual([]);
  });

  it("waits for the end of a line, and takes a segment that is compressed as closed", async () => {
    const { path, read, compress, positionNow } = setUp();
    writeFileSync(path(1), `${text(0, 3)}${lines[3]!.slice(0, 50)}`);
    expect(await read()).toEqual(lines.slice(0, 3));
    expect(positionNow()).toMatchObject({ segment: 1, offset: Buffer.byteLength(text(0, 3)) });
    writeFileSync(path(1), text(0, 5));
    compress(1);
    expect(await read()).toEqual(lines.slice(3, 5));
    expect(positionNow()).toMatchObject({ segment: 2, offset: 0, after: nameOf(1) });
  });

  it("does not open segments again that it has read", async () => {
    const { path, read } = setUp();
    writeFileSync(path(1), text(0, 3));
    writeFileSync(path(2), text(3, 6));
    await read();
    rmSync(path(1));
    mkdirSync(path(1));
    writeFileSync(path(2), text(3, 8));
    expect(await read()).toEqual(lines.slice(6, 8));
  });

  it("goes on after segments that were deleted", async () => {
    const { path, read } = setUp();
    for (const n of [1, 2, 3]) writeFileSync(path(n), text(3 * n, 3 * n + 3));
    rmSync(path(1));
    await read();
    rmSync(path(2));
    rmSync(path(3));
    writeFileSync(path(4), text(20, 22));
    expect(await read()).toEqual(lines.slice(20, 22));
  });

  it("reads what it can of a damaged segment, goes on, and comes back when it is whole", async () => {
    const { path, read, broken } = setUp();
    writeFileSync(path(1), text(0, 5));
    const whole = gzipSync(text(5, 30), { level: 0 });
    writeFileSync(`${path(2)}.gz`, whole.subarray(0, whole.length - 2_000));
    writeFileSync(path(3), text(30, 35));
    const first = await read();
    expect(broken).toEqual([expect.objectContaining({ name: `${path(2)}.gz` })]);
    expect(first.slice(-5)).toEqual(lines.slice(30, 35));
    const before = first.length;
    expect(await read()).toEqual([]);
    writeFileSync(`${path(2)}.gz`, whole);
    expect([...first, ...(await read())].sort()).toEqual(lines.slice(0, 35).sort());
    expect(before).toBeGreaterThan(10);
    expect(await read()).toEqual([]);
  });

  it("begins anew where the archive or its segments are others", async () => {
    const { path, read, messages } = setUp();
    writeFileSync(path(1), text(0, 3));
    writeFileSync(path(2), text(3, 6));
    await read({ created: "one" });
    // Adopted before, then deleted and made anew.
    expect(await read({ created: "two" })).toEqual(lines.slice(0, 6));
    expect(messages.join()).toMatch(/has another archive than before/);
    writeFileSync(path(3), text(6, 7));
    await read({ created: "two" });
    for (const n of [1, 2, 3]) rmSync(path(n));
    writeFileSync(path(1, "20261201T000000Z"), text(10, 12));
    expect(await read({ created: "two" })).toEqual(lines.slice(10, 12));
    // The same name with other records.
    writeFileSync(path(1, "20261201T000000Z"), text(20, 24));
    expect(await read({ created: "two" })).toEqual(lines.slice(20, 24));
  });

  it("keeps a position of 1.0.0-rc.1 when that archive is adopted", async () => {
    const { path, read } = setUp();
    writeFileSync(path(1), text(0, 3));
    await read();
    writeFileSync(path(1), text(0, 4));
    expect(await read({ created: "now" })).toEqual(lines.slice(3, 4));
  });
});
