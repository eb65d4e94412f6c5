import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { auditRecords } from "konnect-audit-logs/testing";
import { interleaved, ratio, row } from "./rounds.js";

const RECORDS = 200;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Batches of records that differ, or they would be dropped. `org_id` is one, whatever version of the kit made them. */
const bodies = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    gzipSync([...auditRecords(RECORDS, { seed: i, org_id: "bench" })].join("\n")),
  );

/** The CPU time that a process takes to store batches, in ms, without its start. */
async function cpuOf(args: readonly string[], batches: readonly Buffer[]): Promise<number> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, SIEM_TOKEN: "x" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const port = await portOf(child);
  const agent = new Agent({ keepAlive: true });
  const before = cpuTime(child.pid!);
  for (const body of batches) await post(port, agent, body);
  const cpu = cpuTime(child.pid!) - before;
  agent.destroy();
  const closed = once(child, "close");
  child.kill("SIGTERM");
  await closed;
  return cpu;
}

async function portOf(child: ChildProcess): Promise<number> {
  let said = "";
  for await (const chunk of child.stderr!.setEncoding("utf8")) {
    said += chunk;
    const [, port] = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(said) ?? [];
    if (port !== undefined) {
      child.stderr!.resume();
      return Number(port);
    }
  }
  throw new Error(said);
}

function post(port: number, agent: Agent, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: "x", "content-encoding": "gzip", "content-length": body.length };
    const request = httpRequest({ host: "127.0.0.1", port, method: "POST", agent, headers }, (response) => {
      response.resume();
      response.on("end", () =>
        response.statusCode === 204 ? resolve() : reject(new Error(`${response.statusCode}`)),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** User and system time of a process in ms: fields 14 and 15 of stat in proc(5), in ticks of 10 ms. */
function cpuTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/**
 * `listen` with a folder beside a server that does the least. With the variable BESIDE, the main.js of another build of `konnect-audit`,
 * it is compared with that as well.
 */
export async function benchListen(count: number, rounds: number): Promise<void> {
  if (process.platform !== "linux")
    return console.log("CPU times are read from /proc: listen is not measured");
  const batches = bodies(count);
  const withFolder = (run: (folder: string) => Promise<number>) => async () => {
    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    try {
      return await run(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const listen = (main: string) =>
    withFolder((folder) => cpuOf([main, "listen", "--port", "0", "--folder", join(folder, "logs")], batches));
  const { BESIDE } = process.env;
  const times = await interleaved(
    {
      bare: withFolder((folder) => cpuOf([here("bare-sink.mjs"), join(folder, "audit.log")], batches)),
      listen: listen(here("../cli/dist/main.js")),
      ...(BESIDE && { beside: listen(BESIDE), again: listen(here("../cli/dist/main.js")) }),
    },
    rounds,
  );
  if (process.env.VERBOSE) console.log(times);
  row("CPU: listen --folder", "a server that appends and syncs", ratio(times.listen!, times.bare!));
  if (BESIDE) row("CPU: listen --folder", "the build of BESIDE", ratio(times.listen!, times.beside!));
  if (BESIDE) row("CPU: listen --folder", "itself, in the same rounds", ratio(times.listen!, times.again!));
}
