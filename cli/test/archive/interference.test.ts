import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/support/cleanup.js";
import { ArchiveWriter, type WriterOptions } from "../../src/archive/writer.js";
import { testContext } from "../support/context.js";
import { received } from "../support/received.js";
import { segments, stored } from "../support/segments.js";

const lines = [...auditRecords(20)];
const records = (from: number, to: number) => lines.slice(from, to).map((line) => received(line));
const text = (from: number, to: number) => `${lines.slice(from, to).join("\n")}\n`;

async function open(more: Partial<WriterOptions> = {}) {
  const folder = more.folder ?? temporaryFolder();
  const { context, messages } = testContext();
  const writer = await ArchiveWriter.open({ source: "deliveries", baseUrls: [], ...more, folder }, context);
  const path = () => join(folder, segments(folder).at(-1)!);
  return { writer, folder, messages, path };
}

describe("an open segment that another program touches", () => {
  it.each([
    ["deleted", (path: string) => unlinkSync(path), /was deleted or renamed/],
    ["renamed", (path: string) => renameSync(path, `${path}.1`), /was deleted or renamed/],
    [
      "replaced",
      (path: string) => {
        renameSync(path, `${path}.1`);
        writeFileSync(path, "");
      },
      /was replaced/,
    ],
    [
      "replaced by a symbolic link",
      (path: string) => {
        renameSync(path, `${path}.1`);
        symlinkSync(`${path}.1`, path);
      },
      /was replaced/,
    ],
  ])("and %s is left, and records go to a new one", async (_, touch, why) => {
    const { writer, folder, messages, path } = await open();
    await writer.append(records(0, 2));
    const first = path();
    touch(first);
    await writer.append(records(2, 5));
    await writer.append(records(5, 6));
    await writer.close();
    expect(messages).toEqual([expect.stringMatching(why)]);
    expect(readFileSync(join(folder, segments(folder).at(-1)!), "utf8")).toBe(text(2, 6));
  });

  it("and shortened is never extended, and has no part of a batch that went elsewhere", async () => {
    const { writer, folder, messages, path } = await open();
    await writer.append(records(0, 4));
    const first = path();
    copyFileSync(first, join(folder, "copy"));
    truncateSync(first, 0);
    await writer.append(records(4, 6));
    await writer.close();
    expect(messages).toEqual([expect.stringMatching(/was shortened by another program/)]);
    expect(readFileSync(first, "utf8")).toBe("");
    expect(stored(folder)).toBe(text(4, 6));
  });

  it("and appended to keeps what the other program wrote", async () => {
    const { writer, folder, path } = await open();
    await writer.append(records(0, 2));
    const first = path();
    writeFileSync(first, "a line of another", { flag: "a" });
    await writer.append(records(2, 4));
    await writer.close();
    expect(readFileSync(first, "utf8")).toBe(`${text(0, 2)}a line of another`);
    expect(readFileSync(join(folder, segments(folder).at(-1)!), "utf8")).toBe(text(2, 4));
  });

  it("and linked elsewhere is still the segment", async () => {
    const { writer, folder, messages, path } = await open();
    await writer.append(records(0, 1));
    linkSync(path(), join(folder, "backup"));
    await writer.append(records(1, 2));
    await writer.close();
    expect(messages).toEqual([]);
    expect(stored(folder)).toBe(text(0, 2));
  });

  it("is never shortened below what was acknowledged, when a write fails", async () => {
    let fails = false;
    const { writer, folder, path } = await open({
      async write(file, bytes) {
        await file.appendFile(fails ? bytes.subarray(0, 10) : bytes);
        if (fails) throw new Error("no space");
      },
    });
    await writer.append(records(0, 3));
    truncateSync(path(), 100);
    fails = true;
    await expect(writer.append(records(3, 4))).rejects.toThrow("no space");
    expect(readFileSync(path()).includes(0)).toBe(false);
    fails = false;
    await writer.append(records(3, 4));
    await writer.close();
    expect(readFileSync(join(folder, segments(folder).at(-1)!), "utf8")).toBe(text(3, 4));
  });

  it("is left after a failed fsync, whose next success would mean nothing", async () => {
    let fails = false;
    const { writer, folder } = await open({
      async write(file, bytes) {
        await file.appendFile(bytes);
        if (fails) file.sync = async () => Promise.reject(new Error("EIO"));
      },
    });
    await writer.append(records(0, 1));
    fails = true;
    await expect(writer.append(records(1, 2))).rejects.toThrow("EIO");
    fails = false;
    await writer.append(records(1, 3));
    await writer.close();
    expect(segments(folder)).toHaveLength(2);
    expect(stored(folder)).toBe(text(0, 3));
  });
});

describe("a writer whose lease another process took", () => {
  it.each(["before it writes", "while it writes"])("acknowledges nothing any more: %s", async (when) => {
    const folder = temporaryFolder();
    const takeOver = () => writeFileSync(join(folder, "lease/2"), "{}");
    let isTaken = false;
    const { writer } = await open({
      folder,
      async write(file, bytes) {
        await file.appendFile(bytes);
        if (isTaken) takeOver();
      },
    });
    await writer.append(records(0, 1));
    isTaken = true;
    if (when === "before it writes") takeOver();
    await expect(writer.append(records(1, 2))).rejects.toMatchObject({ status: 3 });
    await expect(writer.append(records(2, 3))).rejects.toMatchObject({ status: 3 });
    const rejection = { receivedAt: new Date(), reason: "broken", problem: "x" };
    await expect(writer.reject(rejection)).rejects.toMatchObject({ status: 3 });
    expect(writer.lost.aborted).toBe(true);
    await writer.close();
  });
});

describe("a segment that is closed", () => {
  it("says what happened to it since the last record", async () => {
    const { writer, messages, path } = await open();
    await writer.append(records(0, 2));
    unlinkSync(path());
    await writer.close();
    expect(messages).toEqual([expect.stringMatching(/was deleted or renamed/)]);
  });
});

describe("what stands in the place of a file", () => {
  it("is not followed where it is a symbolic link", async () => {
    const folder = temporaryFolder();
    const victim = join(temporaryFolder(), "victim");
    writeFileSync(victim, "important");
    symlinkSync(victim, join(folder, "rejected.jsonl"));
    const now = () => Date.UTC(2026, 10, 30);
    symlinkSync(victim, join(folder, "audit-20261130T000000Z-000001.log"));
    const { writer, messages } = await open({ folder, now });
    await writer.append(records(0, 1));
    const rejection = { receivedAt: new Date(), reason: "broken", problem: "x" };
    await expect(writer.reject(rejection)).rejects.toThrow("is a symbolic link");
    await writer.close();
    expect(messages.join()).toMatch(/in the place of segment 1, which is left alone/);
    expect(readFileSync(victim, "utf8")).toBe("important");
    expect(readFileSync(join(folder, "audit-20261130T000000Z-000002.log"), "utf8")).toBe(text(0, 1));
  });

  it("is refused where it is a symbolic link to archive.json or its draft", async () => {
    for (const name of ["archive.json.new", "lease"]) {
      const folder = temporaryFolder();
      const victim = join(temporaryFolder(), "victim");
      writeFileSync(victim, "important");
      symlinkSync(victim, join(folder, name));
      await expect(open({ folder })).rejects.toThrow("is a symbolic link");
      expect(readFileSync(victim, "utf8")).toBe("important");
    }
  });

  it("may be a symbolic link for the folder itself", async () => {
    const folder = join(temporaryFolder(), "link");
    const real = temporaryFolder();
    mkdirSync(join(real, "logs"));
    symlinkSync(join(real, "logs"), folder);
    const { writer } = await open({ folder });
    await writer.append(records(0, 1));
    await writer.close();
    expect(stored(join(real, "logs"))).toBe(text(0, 1));
  });
});
