/**
 * `konnect-audit pull --out` and `pull --folder`, killed again and again: SIGKILL at random moments, while the simulator of
 * Konnect fails. Afterwards every record is there, once.
 *
 *   npm run test:faults runs it after the receiver; tsx cli/test/faults/pull.ts [--seed N] [--kills 60]
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { KonnectClient } from "konnect-audit-logs";
import { startKonnect } from "konnect-audit-logs/testing";
import { main } from "../support/commands.js";
import { Random } from "../support/random.js";
import { stored } from "../support/segments.js";

const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, kills: { type: "string", default: "60" } },
});
const KILLS = Number(values.kills);
const random = new Random(`pull ${values.seed}`);
const folder = mkdtempSync(join(tmpdir(), "pull-"));
const server = await startKonnect();
const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
const expected: string[] = [];
const since = new Date(Date.now() - 1000).toISOString();
for (let i = 0; i < 4 * KILLS; i++) await konnect.listControlPlanes();
await new Promise((resolve) => setTimeout(resolve, 10));
const until = new Date().toISOString();
for await (const log of konnect.listAuditLogs({ since, until, "page[size]": 1000 }))
  expected.push(JSON.stringify(log));

/** Pulls to a place, killed again and again. Returns whether every record is there once. */
async function pull(where: string[], checkpoint: string, read: () => string): Promise<boolean> {
  const args = ["pull", ...where, "--since", since, "--until", until, "--page-size", "5", "--poll", "5ms"];
  const env = { ...process.env, KONNECT_TOKEN: server.token, KONNECT_CONTROL_PLANE_URL: server.url };
  const standAt = () => {
    try {
      return statSync(checkpoint).mtimeMs;
    } catch {
      return 0;
    }
  };
  let kills = 0;
  let status: number | null = null;
  while (status === null) {
    // Each costs a second of waiting.
    if (random.next() < 0.3)
      server.fault({
        path: "/v3/audit-logs",
        ...random.pick([
          { status: 503 },
          { status: 429, retryAfter: 0 },
          { reset: true },
          { truncate: true },
          { delayMs: 20 },
        ]),
      });
    const child = fork(main, args, {
      env,
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const exit = once(child, "exit");
    let isOver = false;
    void exit.then(() => {
      isOver = true;
    });
    if (kills < KILLS) {
      // Not before it has got on: or it would only ever be killed while it loads.
      const before = standAt();
      while (standAt() === before && !isOver) await new Promise((resolve) => setTimeout(resolve, 2));
      await new Promise((resolve) => setTimeout(resolve, random.next() * 12));
      if (!isOver) {
        child.kill("SIGKILL");
        kills++;
      }
    }
    [status] = (await exit) as [number | null];
  }
  const lines = read().split("\n").slice(0, -1);
  const kept = new Set(lines);
  const lost = expected.filter((line) => !kept.has(line)).length;
  const doubled = lines.length - kept.size;
  console.log(
    `pull ${where[0]}, killed ${kills} times: ${lines.length} of ${expected.length} records; lost ${lost}, doubled ${doubled}, exit status ${status}`,
  );
  return (
    lost === 0 &&
    doubled === 0 &&
    status === 0 &&
    kills >= Math.min(50, KILLS) &&
    lines.length === expected.length
  );
}

const [out, archive] = [join(folder, "audit.jsonl"), join(folder, "archive")];
const small = ["--folder", archive, "--compress", "--segment-bytes", "10K"];
const isGood = [
  await pull(["--out", out], `${out}.checkpoint`, () => readFileSync(out, "utf8")),
  await pull(small, join(archive, "pull.json"), () => stored(archive)),
].every((good) => good);
await server.close();
rmSync(folder, { recursive: true });
if (!isGood) console.log(`✗ seed ${values.seed}`);
process.exit(isGood ? 0 : 1);
