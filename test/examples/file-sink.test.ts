import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { FileSink, type FileSinkOptions } from "../../examples/file-sink.js";
import { LazyRecord } from "../../src/receiver/batch.js";
import { auditRecords } from "../../src/testing/index.js";
import { post } from "../receiver/support.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "sink-"));
  folders.push(folder);
  return folder;
};
const lines = [...auditRecords(20)];
const records = (from: number, to: number) =>
  lines.slice(from, to).map((line) => new LazyRecord(Buffer.from(line)));
const files = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".log"))
    .sort();
const kept = (folder: string) =>
  files(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");
const open = (folder: string, more: Partial<FileSinkOptions> = {}) => FileSink.open({ folder, ...more });

describe("FileSink", () => {
  it("keeps each record once, across restarts too, in the order they came", async () => {
    const folder = newFolder();
    const sink = await open(folder);
    await Promise.all([sink.append(records(0, 5)), sink.append(records(3, 8)), sink.append(records(0, 5))]);
    await sink.append([...records(8, 9), ...records(8, 9)]);
    await sink.close();
    const again = await open(folder);
    await again.append(records(7, 10));
    await again.close();
    expect(kept(folder)).toBe(`${lines.slice(0, 10).join("\n")}\n`);
  });

  it("begins a new file when one has grown enough, and remembers across files", async () => {
    const folder = newFolder();
    for (let i = 0; i < 10; i++) {
      const sink = await open(folder, { maxFileBytes: 1000 });
      await sink.append(records(2 * i, 2 * i + 2));
      await sink.append(records(0, 2 * i + 2));
      await sink.close();
    }
    expect(files(folder).length).toBeGreaterThan(3);
    expect(files(folder)[0]).toBe("audit-00000001.log");
    expect(kept(folder)).toBe(`${lines.join("\n")}\n`);
  });

  it("forgets ids beyond its window", async () => {
    const folder = newFolder();
    const sink = await open(folder, { window: 3 });
    await sink.append(records(0, 5));
    await sink.append(records(0, 1));
    await sink.append(records(4, 5));
    await sink.close();
    expect(kept(folder).split("\n").length - 1).toBe(6);
  });

  it("takes a torn line out that a kill left, even where it is all there is", async () => {
    for (const whole of [`${lines[0]}\n`, ""]) {
      const folder = newFolder();
      appendFileSync(join(folder, "audit-00000007.log"), `${whole}${lines[1]!.slice(0, 100)}`);
      const sink = await open(folder);
      await sink.append(records(1, 2));
      await sink.close();
      expect(files(folder)).toEqual(["audit-00000007.log"]);
      expect(kept(folder)).toBe(`${whole}${lines[1]}\n`);
    }
  });

  it("leaves nothing of a batch that the disk did not accept, and continues when it does", async () => {
    const folder = newFolder();
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
    expect(kept(folder)).toBe(`${lines[0]}\n`);
    left = 1e9;
    await sink.append(records(1, 5));
    await sink.close();
    expect(kept(folder)).toBe(`${lines.slice(0, 5).join("\n")}\n`);
  });
});

describe("receive-to-files", () => {
  async function start(folder: string) {
    const args = ["--import", "tsx", "examples/receive-to-files.ts", "--folder", folder, "--port", "0"];
    const cwd = fileURLToPath(new URL("../..", import.meta.url));
    const child = spawn(process.execPath, args, { cwd, env: { ...process.env, SIEM_TOKEN: "Bearer files" } });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    await expect.poll(() => output).toMatch(/listening on http:\/\/127\.0\.0\.1:\d+/);
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(output)![1]);
    const stop = async (signal: NodeJS.Signals) => {
      const closed = once(child, "close");
      child.kill(signal);
      await closed;
      return output;
    };
    return { port, stop };
  }
  const headers = { authorization: "Bearer files", "content-encoding": "application/gzip" };

  it("has what it acknowledged after kill -9, and after a stop, each once", async () => {
    const folder = newFolder();
    const first = await start(folder);
    expect((await post(first.port, gzipSync(lines.slice(0, 12).join("\n")), headers)).status).toBe(204);
    await first.stop("SIGKILL");
    const second = await start(folder);
    expect((await post(second.port, gzipSync(lines.slice(8).join("\n")), headers)).status).toBe(204);
    expect((await post(second.port, gzipSync("x").subarray(0, 15), headers)).status).toBe(500);
    expect(await second.stop("SIGTERM")).toMatch(/✓ stopped after 12 records/);
    expect(readFileSync(join(folder, "audit-00000001.log"), "utf8")).toBe(`${lines.join("\n")}\n`);
    expect(JSON.parse(readFileSync(join(folder, "rejected.jsonl"), "utf8"))).toMatchObject({
      reason: "broken",
    });
  });
});
