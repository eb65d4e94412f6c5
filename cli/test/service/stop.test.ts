import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { cleanup, temporaryFolder } from "../../../test/support/cleanup.js";
import { siem } from "../../../test/support/siem.js";
import { environment, main, start } from "../support/commands.js";
import { startListen } from "../support/listen.js";

/** Whether this machine lets us be the first process of a namespace. */
const canUnshare =
  spawnSync("unshare", ["--fork", "--pid", "--mount-proc", "true"], { stdio: "ignore" }).status === 0;

/** A delivery whose body never ends. */
async function startSlowDelivery(port: number) {
  const socket = connect(port, "127.0.0.1");
  cleanup(() => socket.destroy());
  await once(socket, "connect");
  socket.on("error", () => {});
  socket.write(
    "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer files\r\nContent-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n",
  );
  socket.write(gzipSync("x"));
  return socket;
}

describe("a service", () => {
  it.each([
    ["SIGTERM", 0],
    ["SIGINT", 130],
  ] as const)("ends after %s with %d", async (signal, status) => {
    const { server, variables: env } = await siem();
    server.record();
    const listening = await startListen(["--folder", temporaryFolder()]);
    expect(await listening.deliver([...auditRecords(2)])).toBe(204);
    expect((await listening.stop(signal)).status).toBe(status);
    const tail = start(["tail", "--since", "1h", "--poll", "10ms"], { env });
    await expect.poll(() => tail.state.stdout).toMatch(/trace_id/);
    expect(await tail.stop(signal)).toMatchObject({ status });
    const folder = temporaryFolder();
    const pull = start(["pull", "--follow", "--folder", folder, "--since", "1h", "--poll", "10ms"], { env });
    await expect.poll(() => existsSync(join(folder, "pull.json"))).toBe(true);
    expect(await pull.stop(signal)).toMatchObject({ status });
  });

  it("waits for deliveries in progress no longer than --drain, and says so", async () => {
    const { port, stop } = await startListen(["--folder", temporaryFolder(), "--drain", "200ms"]);
    await startSlowDelivery(port);
    const { status, stderr } = await stop("SIGTERM");
    expect(status).toBe(0);
    expect(stderr).toMatch(/! 1 batch in progress after 0\.2 s \(--drain\): not acknowledged/);
  });

  it.runIf(canUnshare).each([
    ["SIGTERM", 0],
    ["SIGINT", 130],
  ] as const)("ends after %s with %d as the first process of a container", async (signal, status) => {
    const args = ["--fork", "--pid", "--mount-proc", process.execPath, main];
    const child = spawn("unshare", [...args, "listen", "--port", "0", "--folder", temporaryFolder()], {
      env: environment({ SIEM_TOKEN: "x" }),
      stdio: ["ignore", "ignore", "pipe"],
    });
    cleanup(() => child.kill("SIGKILL"));
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    await expect.poll(() => stderr).toMatch(/listening on/);
    const { stdout } = spawnSync("pgrep", ["-P", String(child.pid)], { encoding: "utf8" });
    const closed = once(child, "close");
    process.kill(Number(stdout.trim()), signal);
    expect((await closed)[0]).toBe(status);
    expect(stderr).toMatch(/✓ stopped after 0 records/);
  });
});
