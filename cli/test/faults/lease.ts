/**
 * Two processes in PID namespaces of their own take one lease at once: a new one, and one whose holder was killed with another
 * host name. One of them gets it, the other one ends with status 3.
 *
 *   tsx cli/test/faults/lease.ts [--rounds 50]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "50" } } });
if (process.getuid?.() !== 0) {
  console.log("NOT RUN: namespaces need root");
  process.exit(0);
}
const child = fileURLToPath(new URL("lease-child.ts", import.meta.url));
const env = { ...process.env, KONNECT_AUDIT_TEST_LEASE_SCALE: "0.05" };
const namespaces = ["--pid", "--fork", "--kill-child", "--mount-proc", "--uts", "sh", "-c"];

/** A process in a container's conditions. */
function take(path: string, moment: number): { process: ChildProcess; said: Promise<string> } {
  const script = `hostname pod-${Math.random().toString(36).slice(2)}; exec "$0" "$@"`;
  const args = [...namespaces, script, process.execPath, "--import", "tsx", child, path, String(moment)];
  const started = spawn("unshare", args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const said = once(started.stdout!.setEncoding("utf8"), "data").then(([text]) => String(text).trim());
  return { process: started, said };
}

async function kill(one: ChildProcess): Promise<void> {
  const closed = once(one, "close");
  if (!one.kill("SIGKILL")) return;
  await closed;
}

let failed = 0;
for (let round = 0; round < Number(values.rounds); round++) {
  const folder = mkdtempSync(join(tmpdir(), "lease-"));
  const path = join(folder, "lease");
  // In every second round another one held it, and was killed.
  if (round % 2 === 1) {
    const holder = take(path, 0);
    await holder.said;
    await kill(holder.process);
  }
  const moment = Date.now() + 1_500;
  const both = [take(path, moment), take(path, moment)];
  const said = (await Promise.all(both.map(({ said }) => said))).sort();
  if (said.join() !== "3,held") {
    failed++;
    console.log(`✗ round ${round}: ${said.join(" and ")}`);
  }
  await Promise.all(both.map((one) => kill(one.process)));
  rmSync(folder, { recursive: true });
}
console.log(`${values.rounds} rounds of two at once: in ${failed} not exactly one got the lease`);
process.exit(failed > 0 ? 1 : 0);
