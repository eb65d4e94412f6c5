import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

/** What identifies a process among all that can reach a folder. */
export interface ProcessIdentity {
  pid: number;
  /** When the process was started, in ticks since the boot: tells it from a later one with the same number. */
  started: string | null;
  /** The PID namespace in which `pid` counts. Containers that share a machine have different ones. */
  pidNamespace: string | null;
  /** Changes with each boot of the machine. Null where the system has none (not Linux). */
  bootId: string | null;
  /** For people: nothing is decided by it. */
  host: string;
}

export async function ownIdentity(): Promise<ProcessIdentity> {
  const [bootId, pidNamespace, started] = await Promise.all([
    readFile("/proc/sys/kernel/random/boot_id", "utf8").then(
      (text) => text.trim(),
      () => null,
    ),
    readlink("/proc/self/ns/pid").catch(() => null),
    startOf(process.pid),
  ]);
  return { pid: process.pid, started: started ?? null, pidNamespace, bootId, host: hostname() };
}

/**
 * Whether a process is dead for certain: it ran on this boot of this machine, in the PID namespace of this process, and is not
 * there any more. Of a process anywhere else nothing can be said.
 */
export async function isDeadForCertain(other: ProcessIdentity, own: ProcessIdentity): Promise<boolean> {
  if (own.bootId === null || own.pidNamespace === null) return false;
  if (other.bootId !== own.bootId || other.pidNamespace !== own.pidNamespace) return false;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return true;
  }
  const started = await startOf(other.pid);
  return started === "dead" || (started !== undefined && other.started !== null && started !== other.started);
}

/** When a process was started, or "dead" for a zombie. Undefined if `/proc` does not tell. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const [own, stat] = await Promise.all([
      readFile("/proc/self/stat", "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    // A /proc of another PID namespace has other numbers.
    if (Number.parseInt(own, 10) !== process.pid) return undefined;
    // Fields 3 and 22 of stat in proc(5). The second field, a name in parentheses, may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie is dead; its parent has not read its status yet.
    return fields[0] === "Z" || fields[0] === "X" ? "dead" : fields[19];
  } catch {
    return undefined;
  }
}
