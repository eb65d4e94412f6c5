import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./loopback.js";

/** Whether there is a NATS server on this machine (Debian: nats-server). Where CI lacks it, its tests must not pass unrun. */
export const hasNats = spawnSync("nats-server", ["--version"]).status === 0;
if (!hasNats) {
  const problem = "nats-server is not installed: apt-get install nats-server";
  if (process.env.CI) throw new Error(problem);
  console.warn(`The tests of JetStream are skipped: ${problem}`);
}

/** A NATS server with a new store, which can be killed and restarted. `args` are added to the usual ones. */
export async function startNats(args: readonly string[] = []) {
  const port = await freePort();
  const store = mkdtempSync(join(tmpdir(), "nats-"));
  let child: ChildProcess | undefined;
  const start = async () => {
    const usual = ["-js", "-sd", store, "-a", "127.0.0.1", "-p", String(port)];
    child = spawn("nats-server", [...usual, ...args], { stdio: "ignore" });
    for (;;) {
      const socket = connect(port, "127.0.0.1");
      const [is] = await Promise.race([
        once(socket, "connect").then(() => [true]),
        new Promise<[boolean]>((resolve) => socket.once("error", () => resolve([false]))),
      ]).catch(() => [false]);
      socket.destroy();
      if (is) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    start,
    kill,
    async close() {
      await kill();
      rmSync(store, { recursive: true, force: true });
    },
  };
}

/** Three NATS servers that are one. */
export async function startCluster() {
  const ports = [await freePort(), await freePort(), await freePort()];
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(",");
  return Promise.all(
    ports.map((port, i) => {
      const cluster = [
        "--cluster_name",
        "audit",
        "--cluster",
        `nats://127.0.0.1:${port}`,
        "--routes",
        routes,
      ];
      return startNats(["--name", `nats-${i + 1}`, ...cluster]);
    }),
  );
}
