import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { link, open, readdir, readFile, truncate, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { ExitError } from "../errors.js";

/** A process that holds a lock. */
interface Owner {
  pid: number;
  /** Distinguishes the process from a later one with the same number. */
  started: string;
  host: string;
  since: string;
}

/**
 * Takes a lock that ends with its process, so a killed process does not keep it. The files are `PATH.lock.N`. The process that
 * created the highest number has the lock. A released file stays, emptied, so that no number is used twice and two processes
 * cannot both win.
 *
 * @returns a function that releases the lock
 * @throws ExitError 2 that names the process that has it
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const prefix = `${basename(path)}.lock.`;
  const folder = dirname(path);
  const fileOf = (number: number) => join(folder, `${prefix}${number}`);
  const me: Owner = {
    pid: process.pid,
    started: (await startOf(process.pid)) ?? "",
    host: hostname(),
    since: new Date().toISOString(),
  };
  const draft = join(folder, `${prefix}${randomUUID()}.new`);
  const file = await open(draft, "wx");
  await file.writeFile(JSON.stringify(me)).finally(() => file.close());
  try {
    for (;;) {
      const numbers = await lockNumbers(folder, prefix);
      const last = numbers.at(-1) ?? 0;
      const owner = last === 0 ? undefined : await readOwner(fileOf(last));
      if (owner !== undefined && (await isAlive(owner))) throw heldBy(owner, path, fileOf(last));
      const mine = last + 1;
      // Never half written, and never over another process's file.
      if (!(await isLinked(draft, fileOf(mine)))) continue;
      const now = await lockNumbers(folder, prefix);
      if (now.at(-1) !== mine) {
        await unlink(fileOf(mine));
        continue;
      }
      for (const number of now) if (number < mine) await unlink(fileOf(number)).catch(() => {});
      return () => truncate(fileOf(mine));
    }
  } finally {
    await unlink(draft).catch(() => {});
  }
}

async function lockNumbers(folder: string, prefix: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b);
}

async function isLinked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Undefined for a lock that was released or deleted. */
async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, started, host }: Owner): Promise<boolean> {
  // There is no way to check a process of another machine.
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const now = await startOf(pid);
  return now === undefined || now === started;
}

/** When a process was started, in the form of the system. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    // Fields 3 and 22 of stat in proc(5). The second field, a name in parentheses, may contain spaces.
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie is dead; its parent has not read its status yet.
    if (fields[0] === "Z" || fields[0] === "X") return "dead";
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    return `${boot.trim()}/${fields[19]}`;
  } catch {
    const listed = promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]);
    return listed.then(
      ({ stdout }) => stdout.trim() || undefined,
      () => undefined,
    );
  }
}

function heldBy({ pid, host, since }: Owner, path: string, file: string): Error {
  const isHere = host === hostname();
  const where = isHere ? "" : ` on ${host}`;
  const advice = isHere ? "stop it first" : `stop it first, or delete ${file} if that machine is gone`;
  return new ExitError(2, `${path} is in use by process ${pid}${where} since ${since}: ${advice}`);
}
