import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { FileSink } from "../../examples/file-sink.js";
import { takeLock } from "../../examples/lock.js";
import { LazyRecord } from "../../src/receiver/batch.js";
import { auditRecords } from "../../src/testing/index.js";
import { post } from "../receiver/support.js";
import { cleanup, temporaryFolder } from "../support/cleanup.js";
import { start } from "./support.js";

const newFolder = () => {
  const folder = temporaryFolder();
  return folder;
};

describe("a lock", () => {
  it("is held by one, and free again when it is released", async () => {
    const path = join(newFolder(), "audit");
    for (let i = 0; i < 3; i++) {
      const release = await takeLock(path);
      await expect(takeLock(path)).rejects.toThrow(`in use by process ${process.pid} since`);
      await release();
    }
    expect(readdirSync(join(path, ".."))).toEqual(["audit.lock.3"]);
  });

  it("has one winner, however many take it at once, fresh or stale", async () => {
    for (const stale of [
      undefined,
      "",
      "{",
      JSON.stringify({ pid: 2 ** 22 + 1, started: "x", host: hostname() }),
    ]) {
      const path = join(newFolder(), "audit");
      if (stale !== undefined) writeFileSync(`${path}.lock.7`, stale);
      const takers = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(path)));
      expect(takers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const taker of takers)
        if (taker.status === "rejected") expect(String(taker.reason)).toContain("is in use by process");
      expect(readdirSync(join(path, "..")).filter((name) => name.endsWith(".new"))).toEqual([]);
    }
  });

  it("ends with its owner, and with the number that another process got", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    cleanup(() => child.kill("SIGKILL"));
    const path = join(newFolder(), "audit");
    await (await takeLock(path))();
    const me = { host: hostname(), since: "then" };
    writeFileSync(`${path}.lock.2`, JSON.stringify({ ...me, pid: child.pid, started: "an earlier process" }));
    await (await takeLock(path))();
    const release = await takeLock(path);
    const mine = JSON.parse(readFileSync(`${path}.lock.4`, "utf8"));
    expect(mine).toMatchObject({ pid: process.pid, host: hostname() });
    await release();
    child.kill("SIGKILL");
    await once(child, "exit");
    writeFileSync(`${path}.lock.5`, JSON.stringify({ ...mine, pid: child.pid }));
    await (await takeLock(path))();
  });

  it("of another machine is not taken over, and says what to do", async () => {
    const path = join(newFolder(), "audit");
    writeFileSync(
      `${path}.lock.1`,
      JSON.stringify({ pid: 1, started: "x", host: "elsewhere", since: "then" }),
    );
    await expect(takeLock(path)).rejects.toThrow(
      /process 1 on elsewhere since then: .*delete .*audit\.lock\.1/,
    );
  });
});

describe("two on one folder", () => {
  const lines = [...auditRecords(120)];
  const headers = { authorization: "Bearer files", "content-encoding": "gzip" };
  const portOf = async (state: { output: string }) => {
    await expect.poll(() => state.output).toMatch(/listening on/);
    return Number(/127\.0\.0\.1:(\d+)/.exec(state.output)![1]);
  };

  it("are refused: the second exits and names the first, which loses nothing", async () => {
    const folder = newFolder();
    const args = ["--folder", folder, "--port", "0"];
    const first = start("receive-to-files", args, { SIEM_TOKEN: "Bearer files" });
    const port = await portOf(first.state);
    const send = (from: number, to: number) =>
      post(port, gzipSync(lines.slice(from, to).join("\n")), headers);
    expect((await send(0, 40)).status).toBe(204);
    const second = start("receive-to-files", args, { SIEM_TOKEN: "Bearer files" });
    expect(await second.closed).toBe(1);
    expect(second.state.output).toMatch(/✗ .* is in use by process \d+ since/);
    expect((await send(40, 80)).status).toBe(204);
    await first.stop("SIGKILL");
    const third = start("receive-to-files", args, { SIEM_TOKEN: "Bearer files" });
    const next = await portOf(third.state);
    expect((await post(next, gzipSync(lines.slice(80).join("\n")), headers)).status).toBe(204);
    await third.stop("SIGTERM");
    expect(readFileSync(join(folder, "audit-00000001.log"), "utf8")).toBe(`${lines.join("\n")}\n`);
  });

  it("are not let in within a process, either", async () => {
    const folder = newFolder();
    const sink = await FileSink.open({ folder });
    await expect(FileSink.open({ folder })).rejects.toThrow("is in use");
    await sink.append([new LazyRecord(Buffer.from(lines[0]!))]);
    await sink.close();
    await (await FileSink.open({ folder })).close();
  });

  it.each([["--cert"], ["--key"]])(
    "receive-to-files refuses %s alone, which would listen without TLS",
    async (option) => {
      const child = start("receive-to-files", ["--folder", newFolder(), "--port", "0", option, "x.pem"], {
        SIEM_TOKEN: "x",
      });
      expect(await child.closed).toBe(1);
      expect(child.state.output).toMatch(/✗ --cert and --key belong together/);
    },
  );
});
