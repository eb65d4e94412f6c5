import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = new URL("../../dist/", import.meta.url);
const main = fileURLToPath(new URL("main.js", dist));
const disk = fileURLToPath(new URL("faulty-disk.mjs", import.meta.url));
/** What `listen` loads when it starts. */
const PRELOAD = readdirSync(dist)
  .filter((name) => /^(listen|file-sink|jetstream-sink)-.*\.js$/.test(name))
  .map((name) => pathToFileURL(fileURLToPath(new URL(name, dist))).href)
  .join(",");

/** How to start `konnect-audit listen`. */
export interface Start {
  args: string[];
  env: Record<string, string>;
  /** Decides when the disk fails. */
  seed: string;
  /** A disk that acknowledges before it writes: the proof has to find it out. */
  lies: boolean;
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
