import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cleanup, temporaryFolder } from "../../test/support/cleanup.js";
import { takeLock } from "../src/state/lock.js";

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
