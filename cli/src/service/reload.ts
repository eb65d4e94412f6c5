import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Context } from "../context.js";
import { describeError } from "../exit.js";

/** How often files are looked at, in ms. By content: Kubernetes swaps symbolic links, and some editors keep the time. */
const INTERVAL = 5_000;

/** Files that are read again when they change. */
interface Watched {
  what: string;
  paths: readonly string[];
  /** Reads the files, and uses them from now on. If it throws, what was there before stays in use. */
  use: () => Promise<void>;
  seen: string;
}

/** Watches certificates and credentials of a service, by polling and on SIGHUP. */
export class Reloader {
  readonly #all: Watched[] = [];
  readonly #context: Context;
  #busy: Promise<void> = Promise.resolve();

  constructor(context: Context) {
    this.#context = context;
    const check = () => {
      this.#busy = this.#busy.then(() => this.#check());
    };
    const timer = setInterval(check, INTERVAL).unref();
    // Its own handler, or SIGHUP would end the process.
    process.on("SIGHUP", check);
    context.signal.addEventListener("abort", () => {
      clearInterval(timer);
      process.off("SIGHUP", check);
    });
  }

  /** Uses files now, and again whenever they change. */
  async watch(what: string, paths: readonly string[], use: () => Promise<void>): Promise<void> {
    const seen = await digestOf(paths);
    await use();
    if (paths.length > 0) this.#all.push({ what, paths, use, seen });
  }

  async #check(): Promise<void> {
    const { log } = this.#context;
    for (const watched of this.#all) {
      const now = await digestOf(watched.paths);
      if (now === watched.seen) continue;
      watched.seen = now;
      try {
        await watched.use();
        log.info(`✓ ${watched.what} reloaded`);
      } catch (error) {
        log.warn(`${watched.what} changed, but cannot be used: the old one stays (${describeError(error)})`);
      }
    }
  }
}

async function digestOf(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths)
    hash.update(await readFile(path).catch((error) => String(error.code))).update("\0");
  return hash.digest("hex");
}
