import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import { createFile, type Modes, makeFolder, openExisting, PRIVATE, refuseLink } from "./files.js";
import { isDeadForCertain, ownIdentity, type ProcessIdentity } from "./process-identity.js";

/** The content of a lease file. */
interface Holder extends ProcessIdentity {
  token: string;
  /** When it was taken, by the holder's clock. For people. */
  since: string;
  /** Counts the renewals: a lease whose content changes has a holder that lives. */
  renewals: number;
}

/** Tests shorten the times. */
const SCALE = Number(process.env.KONNECT_AUDIT_TEST_LEASE_SCALE) || 1;
/** In ms: between two renewals; unchanged for this long, a lease is over; the longest wait; between two looks. */
const RENEW = 5_000 * SCALE;
const EXPIRE = 20_000 * SCALE;
const PATIENCE = 30_000 * SCALE;
const POLL = 500 * SCALE;
/** Renewals write over the content in place, so it has one length. */
const LENGTH = 1_024;

/**
 * The right to write to a folder, for one process at a time, on whatever machine or in whatever container.
 *
 * A lease is a folder of numbered files. The process that creates the next number holds the lease, and only one process can create it. A
 * holder renews its file. It is succeeded when it has released the lease, when it is dead for certain, or when its file did not
 * change for 20 s by the successor's monotonic clock. No wall clock, host name or hard link is involved.
 */
export class Lease {
  readonly #path: string;
  readonly #number: number;
  readonly #holder: Holder;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #renewing: Promise<void> = Promise.resolve();

  private constructor(path: string, number: number, holder: Holder) {
    this.#path = path;
    this.#number = number;
    this.#holder = holder;
    this.#timer = setInterval(() => {
      this.#renewing = this.#renewing.then(() => this.#renew());
    }, RENEW).unref();
  }

  /**
   * Takes the lease. Waits while another process holds it, and says whose it is.
   *
   * @throws ExitError 3 after 30 s
   */
  static async take(path: string, { log, signal }: Context, modes: Modes = PRIVATE): Promise<Lease> {
    await refuseLink(path);
    await makeFolder(path, modes);
    const own = await ownIdentity();
    const begin = performance.now();
    let seen = "";
    let unchanged = 0;
    let isSaid = false;
    for (let last = begin; ; ) {
      const number = await highestNumber(path);
      const text = number === 0 ? "" : await readFile(join(path, String(number)), "utf8").catch(() => "");
      const holder = parseHolder(text);
      const now = performance.now();
      // Time in which this process was stopped does not count: the holder may have been stopped with it.
      const more = Math.min(now - last, 4 * POLL);
      last = now;
      unchanged = `${number} ${text}` === seen ? unchanged + more : 0;
      seen = `${number} ${text}`;
      const isOver =
        number === 0 ||
        holder === "released" ||
        (holder !== undefined && (await isDeadForCertain(holder, own))) ||
        unchanged >= EXPIRE;
      if (isOver) {
        const taken = await createNext(path, number + 1, own, modes);
        if (taken === undefined) continue;
        // The number may have been used and removed meanwhile, if this process was stopped: then there is a higher one.
        if ((await highestNumber(path)) > number + 1) {
          await unlink(join(path, String(number + 1)));
          continue;
        }
        await removeUpTo(path, number);
        return new Lease(path, number + 1, taken);
      }
      const whose = holder === undefined ? "a process that is just starting" : describe(holder);
      if (now - begin >= PATIENCE)
        throw new ExitError(3, `${path} is held by ${whose}: stop that process, or use another folder`);
      if (!isSaid) log.warn(`waiting up to ${PATIENCE / 1_000} s for ${path}, which is held by ${whose}`);
      isSaid = true;
      await sleep(POLL, undefined, { signal });
    }
  }

  /** Aborted when another process took over. The reason is an ExitError 3. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** @throws ExitError 3 if another process took over */
  check(): void {
    this.#lost.signal.throwIfAborted();
    // In this order: a successor creates its file before it removes this one.
    if (!exists(this.#fileOf(this.#number + 1)) && exists(this.#fileOf(this.#number))) return;
    this.#lose();
    this.#lost.signal.throwIfAborted();
  }

  /** Lets the next process take it at once. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    await this.#write("released").catch(() => {});
  }

  async #renew(): Promise<void> {
    try {
      this.check();
      this.#holder.renewals++;
      await this.#write(JSON.stringify(this.#holder));
    } catch (error) {
      // A full disk or a share that is away does not end the lease: only a successor does.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") this.#lose();
    }
  }

  async #write(text: string): Promise<void> {
    const file = await openExisting(this.#fileOf(this.#number));
    try {
      await file.write(text.padEnd(LENGTH), 0);
    } finally {
      // Closed each time, because a network file system shows changes to others then.
      await file.close();
    }
  }

  #lose(): void {
    clearInterval(this.#timer);
    this.#lost.abort(
      new ExitError(
        3,
        `another process took over ${this.#path}, because this one did not renew its lease for ${EXPIRE / 1_000} s`,
      ),
    );
  }

  #fileOf(number: number): string {
    return join(this.#path, String(number));
  }
}

/** Undefined if another process was faster. */
async function createNext(
  path: string,
  number: number,
  own: ProcessIdentity,
  modes: Modes,
): Promise<Holder | undefined> {
  const holder: Holder = { token: randomUUID(), ...own, since: new Date().toISOString(), renewals: 0 };
  const name = join(path, String(number));
  const file = await createFile(name, modes).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    await file.writeFile(JSON.stringify(holder).padEnd(LENGTH));
  } catch (error) {
    await unlink(name).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
  return holder;
}

async function removeUpTo(path: string, most: number): Promise<void> {
  for (const number of await numbersOf(path))
    if (number <= most) await unlink(join(path, String(number))).catch(() => {});
}

async function highestNumber(path: string): Promise<number> {
  return Math.max(0, ...(await numbersOf(path)));
}

async function numbersOf(path: string): Promise<number[]> {
  return (await readdir(path)).filter((name) => /^\d{1,15}$/.test(name)).map(Number);
}

/** Undefined for a file that is only partly written. */
function parseHolder(text: string): Holder | "released" | undefined {
  if (text.trimEnd() === "released") return "released";
  try {
    const holder = JSON.parse(text);
    return typeof holder?.pid === "number" ? holder : undefined;
  } catch {
    return undefined;
  }
}

function describe({ pid, host, bootId, since }: Holder): string {
  const age = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1_000));
  return `process ${pid} on ${host} (boot ${bootId?.slice(0, 8) ?? "unknown"}, for ${age} s)`;
}

/** Synchronous, because this runs twice for each batch, and a turn in the thread pool takes twenty times as much CPU. */
function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
