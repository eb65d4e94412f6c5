import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const dist = new URL("../../dist/", import.meta.url);
const main = fileURLToPath(new URL("main.js", dist));
const disk = fileURLToPath(new URL("faulty-disk.mjs", import.meta.url));
/** What only `listen` and its sinks have in their code: the chunks to load ahead. */
const MARKS = ["✓ listening on", "closed segments could not be", "Nats-Msg-Id", "KONNECT_AUDIT_REJECTED"];
const PRELOAD = readdirSync(dist)
  .filter((name) => name.endsWith(".js") && name !== "main.js")
  .map((name) => new URL(name, dist))
  .filter((file) => MARKS.some((mark) => readFileSync(file, "utf8").includes(mark)))
  .map(({ href }) => href)
  .join(",");

/** How to start `konnect-audit listen`. */
export interface Start {
  args: string[];
  env: Record<string, string>;
  /** Decides when the disk fails. */
  seed: string;
  /** A disk that acknowledges before it writes: the proof has to find it out. */
  lies: boolean;
  /** How much slower than a fast machine this one is: stretches what the disk waits. */
  slowness: number;
}

/** The time in which a fast machine starts a child beside others, in ms. */
const FAST = 400;

/**
 * How much slower than a fast machine this one is now, at least 1: by the time that children take to start, as many at once
 * as the run has. Whatever the run does at its own pace has to be stretched by this, or Konnect gives up before a child is back.
 */
export async function measureSlowness(atOnce: number): Promise<number> {
  const startOne = async () => {
    const child = new Child();
    const begin = performance.now();
    await child.ready;
    const took = performance.now() - begin;
    await child.kill();
    return took;
  };
  const times: number[] = [];
  for (let round = 0; round < 3; round++)
    times.push(...(await Promise.all(Array.from({ length: atOnce }, startOne))));
  return Math.max(1, Math.max(...times) / FAST);
}

/** The real `konnect-audit listen`, loaded ahead, on a faulty disk. */
export class Child {
  readonly process: ChildProcess;
  readonly ready: Promise<unknown>;

  constructor() {
    this.process = fork(main, [], {
      execArgv: ["--import", disk],
      env: { ...process.env, PRELOAD },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.ready = once(this.process, "message");
  }

  /** Resolves when it listens. */
  async start(message: Start): Promise<void> {
    await this.ready;
    let said = "";
    const listening = new Promise<void>((resolve, reject) => {
      this.process.stderr!.on("data", (chunk) => {
        said += chunk;
        if (process.env.DEBUG) process.stderr.write(chunk);
        if (said.includes("listening on")) resolve();
      });
      this.process.once("exit", () => reject(new Error(`listen ended: ${said}`)));
    });
    this.process.send(message);
    await listening;
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await gone;
  }
}
