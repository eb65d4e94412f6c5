import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { cleanup, temporaryFolder } from "../../../test/support/cleanup.js";
import { testContext } from "../support/context.js";

// A tenth of a second is what a second is otherwise.
vi.stubEnv("KONNECT_AUDIT_TEST_LEASE_SCALE", "0.05");
const { Lease } = await import("../../src/archive/lease.js");

const { context } = testContext();
const newLease = () => join(temporaryFolder(), "lease");
const numbers = (path: string) => readdirSync(path).sort();

/** A lease that a process holds that may be described in any way. */
function heldBy(holder: object | string, number = 7): string {
  const path = newLease();
  mkdirSync(path);
  const text = typeof holder === "string" ? holder : JSON.stringify(holder);
  writeFileSync(join(path, String(number)), text);
  return path;
}

let own: { bootId: string; pidNamespace: string; pid: number; started: string; host: string };
beforeAll(async () => {
  const path = newLease();
  const lease = await Lease.take(path, context);
  own = JSON.parse(readFileSync(join(path, "1"), "utf8"));
  await lease.release();
});

describe("a lease", () => {
  it("is free again when it is released, and no number is used twice", async () => {
    const path = newLease();
    for (let i = 1; i <= 3; i++) {
      const lease = await Lease.take(path, context);
      lease.check();
      expect(numbers(path)).toEqual([String(i)]);
      await lease.release();
    }
  });

  it("is waited for, its holder named, and given up with status 3", async () => {
    const path = newLease();
    const lease = await Lease.take(path, context);
    const second = testContext();
    const taken = await Lease.take(path, second.context).catch((error) => error);
    expect(taken).toMatchObject({ status: 3 });
    expect(taken.message).toMatch(new RegExp(`is held by process ${process.pid} on ${own.host} \\(boot `));
    expect(second.messages).toEqual([expect.stringMatching(/^! waiting up to .* which is held by process/)]);
    lease.check();
    await lease.release();
  });

  it("has one holder, however many take it at once, fresh, released, dead or stale", async () => {
    const dead = { ...own, pid: 2 ** 22 + 1 };
    const stale = { ...own, bootId: "another boot" };
    for (const holder of [undefined, "released", "", "{", dead, stale]) {
      const path = holder === undefined ? newLease() : heldBy(holder);
      const takers = await Promise.allSettled(Array.from({ length: 20 }, () => Lease.take(path, context)));
      const holders = takers.flatMap((taker) => (taker.status === "fulfilled" ? [taker.value] : []));
      expect(holders).toHaveLength(1);
      holders[0]!.check();
      for (const taker of takers)
        if (taker.status === "rejected") expect(taker.reason).toMatchObject({ status: 3 });
      await holders[0]!.release();
    }
  });

  it("ends with its process, and with the number that another process got", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    cleanup(() => child.kill("SIGKILL"));
    const begin = performance.now();
    // The same number, but another process than the one that took it.
    await (await Lease.take(heldBy({ ...own, pid: child.pid, started: "1" }), context)).release();
    child.kill("SIGKILL");
    await once(child, "exit");
    await (await Lease.take(heldBy({ ...own, pid: child.pid }), context)).release();
    expect(performance.now() - begin).toBeLessThan(30_000);
  });

  it.each([
    ["another boot", { bootId: "another boot" }],
    ["another PID namespace", { pidNamespace: "pid:[1]" }],
    ["a system without boot ids", { bootId: null, pidNamespace: null }],
  ])("of a process on %s is taken over only when it stays unchanged", async (_, more) => {
    const path = heldBy({ ...own, pid: 2 ** 22 + 1, ...more });
    let renewals = 0;
    const renewing = setInterval(() => {
      writeFileSync(join(path, "7"), JSON.stringify({ ...own, ...more, renewals: renewals++ }));
    }, 100);
    cleanup(() => clearInterval(renewing));
    await expect(Lease.take(path, context)).rejects.toMatchObject({ status: 3 });
    clearInterval(renewing);
    const lease = await Lease.take(path, context);
    expect(numbers(path)).toEqual(["8"]);
    await lease.release();
  });

  it("tells its holder that another process took over, at once and for good", async () => {
    const path = newLease();
    const lease = await Lease.take(path, context);
    writeFileSync(join(path, "2"), JSON.stringify(own));
    expect(() => lease.check()).toThrow("took over");
    expect(lease.lost.aborted).toBe(true);
    expect(() => lease.check()).toThrow(expect.objectContaining({ status: 3 }));
  });

  it("is lost when its file is gone, and renewing does not bring it back", async () => {
    const path = newLease();
    const lease = await Lease.take(path, context);
    writeFileSync(join(path, "3"), "released");
    const { rmSync } = await import("node:fs");
    rmSync(join(path, "1"));
    await once(lease.lost, "abort");
    expect(numbers(path)).toEqual(["3"]);
  });

  it("is renewed, so that it can be seen that its holder lives", async () => {
    const path = newLease();
    const lease = await Lease.take(path, context);
    const read = () => JSON.parse(readFileSync(join(path, "1"), "utf8")).renewals;
    await expect.poll(read).toBeGreaterThan(2);
    await lease.release();
    expect(readFileSync(join(path, "1"), "utf8").trim()).toBe("released");
  });

  it("does not follow a symbolic link", async () => {
    const path = newLease();
    symlinkSync(temporaryFolder(), path);
    await expect(Lease.take(path, context)).rejects.toThrow("is a symbolic link");
  });
});
