/**
 * A month in production: a simulator delivers to `konnect-audit listen`, which runs in pods that are killed, suspended and replaced,
 * on a machine whose clock jumps and whose disk fails, while an operator rotates files by hand. `forward --follow` and `forward`
 * from cron send the archive to targets that go down and refuse records; `parse` and `verify` read it all the while. In the end,
 * each acknowledged record is in the archive once, and at each target.
 *
 *   tsx cli/test/faults/month.ts [--seeds 30] [--seed N]
 */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { KonnectClient } from "konnect-audit-logs";
import { startKonnect } from "konnect-audit-logs/testing";
import { freePort } from "../../../test/support/loopback.js";
import { Random } from "../support/random.js";
import { segments } from "../support/segments.js";
import { measureSlowness } from "./child.js";
import { account } from "./month-account.js";
import { compileMachine, Pod, runOnce, startRouter, startTarget } from "./month-parts.js";

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "30" }, seed: { type: "string" } },
});
const DAY = 86_400;
/** A day takes this long, in ms. */
const PACE = 500;
const DAYS = 30;
const AUTHORIZATION = "Bearer month";

if (process.getuid?.() !== 0) {
  console.log("NOT RUN: a month needs root, for namespaces");
  process.exit(0);
}
const tools = mkdtempSync(join(tmpdir(), "month-tools-"));
const machine = compileMachine(tools);
const slowness = await measureSlowness(2);
const SCALE = 0.05 * slowness;

async function month(seed: string): Promise<string[]> {
  const random = new Random(`month ${seed}`);
  const folder = join(mkdtempSync(join(tmpdir(), "month-")), "audit-logs");
  const control = join(folder, "../control");
  writeFileSync(control, "0 0");
  const delivered: string[] = [];
  const onDelivery = (batch: { delivered: boolean; lines: readonly string[] }) =>
    void (batch.delivered && delivered.push(...batch.lines));
  const server = await startKonnect({ timeScale: 0.5 * slowness, onDelivery });
  const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
  const keys = join(folder, "../keys.json");
  writeFileSync(keys, JSON.stringify(await konnect.getSigningKeys()));
  const router = await startRouter();
  const lease = { KONNECT_AUDIT_TEST_LEASE_SCALE: String(SCALE) };
  const disk = { LD_PRELOAD: machine, CONTROL: control, DISK: folder };
  const problems: string[] = [];
  const lostByHand = new Set<string>();
  let isOver = false;
  const pause = (ms: number) => sleep(ms * slowness * (0.5 + random.next()));

  let earlier = new Set<string>();
  const newListen = async () => {
    earlier = new Set(existsSync(folder) ? segments(folder) : []);
    router.state.port = await freePort();
    const port = router.state.port;
    return new Pod(
      [
        "listen",
        "--port",
        String(port),
        "--folder",
        folder,
        "--keys",
        keys,
        "--compress",
        "--keep",
        "45d",
      ].concat(["--segment-age", "3s", "--segment-bytes", "30000"]),
      { ...lease, ...disk, SIEM_TOKEN: AUTHORIZATION },
    );
  };
  let listen = await newListen();
  const logs: Pod[] = [listen];
  let kills = 0;
  /** The operator looks whether the loss is reported before the next kill. */
  let hand: Promise<unknown> = Promise.resolve();
  const supervisor = async () => {
    while (!isOver) {
      await Promise.race([pause(3_000), listen.exited]);
      await hand;
      if (isOver) return;
      const luck = random.next();
      const old = listen;
      if (listen.isAlive && luck < 0.2) await listen.signal("SIGSTOP");
      else if (listen.isAlive && luck < 0.4) await listen.stop();
      else await listen.kill();
      kills++;
      listen = await newListen();
      logs.push(listen);
      if (old.isAlive) {
        // Suspended for longer than its lease, and back: it must not acknowledge anything any more.
        while (!listen.output.includes("listening on")) {
          await Promise.race([listen.exited, sleep(100)]);
          if (listen.isAlive) continue;
          listen = await newListen();
          logs.push(listen);
        }
        await old.signal("SIGCONT");
        await Promise.race([old.exited, sleep(20_000 * slowness)]);
        if (old.isAlive) problems.push("a suspended listen went on after another one took over");
        await old.kill();
      }
    }
  };
  const weather = async () => {
    for (let day = 0; !isOver; day++) {
      const jump = random.next() < 0.1 ? Math.floor((random.next() - 0.3) * 300) * DAY : 0;
      writeFileSync(control, `${day * DAY + jump} ${random.next() < 0.2 ? 40 : 0}`);
      await sleep(PACE * slowness);
    }
  };
  const operator = async () => {
    while (!isOver) {
      await pause(6_000);
      hand = byHand().catch((error) => problems.push(String(error)));
      await hand;
    }
  };
  const byHand = async () => {
    if (!existsSync(folder)) return;
    // Of the process that runs: nobody writes to an earlier one, so nobody would notice.
    const name = segments(folder).findLast((one) => one.endsWith(".log") && !earlier.has(one));
    if (isOver || name === undefined || !listen.isAlive) return;
    const [path, copy] = [join(folder, name), join(folder, "../copy")];
    const reader = listen;
    try {
      const how = random.next();
      const before = delivered.length;
      if (how < 0.7) {
        // Deleted: it leaves the folder, and what it had can still be counted. Renamed: as logrotate does.
        const away = how < 0.4 ? copy : `${path}.1`;
        renameSync(path, away);
        await sleep(500 * slowness);
        for (const line of readFileSync(away, "utf8").split("\n")) lostByHand.add(line);
      } else {
        copyFileSync(path, copy);
        truncateSync(path, 0);
        // What was acknowledged between the two steps is lost with copytruncate, as its manual says.
        await sleep(2_000 * slowness);
        for (const line of [...readFileSync(copy, "utf8").split("\n"), ...delivered.slice(before)])
          lostByHand.add(line);
      }
    } catch (error) {
      // It was compressed meanwhile.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    const isReported = () => logs.some(({ output }) => output.includes(`${name} was `)) || !reader.isAlive;
    for (let i = 0; i < 100 && !isReported(); i++) await sleep(100 * slowness);
    if (!isReported()) problems.push(`nobody said what happened to ${name}`);
  };
  const [follower, cron] = [await startTarget("otlp"), await startTarget("elastic")];
  const killsForward = random.next() < 0.5;
  // One that stalls for longer than its lease is succeeded, and may repeat records. Where none may come twice, the lease is long.
  const forwardLease = killsForward
    ? lease
    : { KONNECT_AUDIT_TEST_LEASE_SCALE: String(Math.min(1, SCALE * 10)) };
  const toFollower = ["forward", folder, "--to", "otlp", "--url", follower.url, "--min-wait", "50ms"];
  const toCron = ["forward", folder, "--to", "elastic", "--url", cron.url, "--min-wait", "50ms"];
  const targets = async () => {
    while (!isOver) {
      await pause(2_000);
      for (const { state } of [follower, cron]) {
        state.isDown = random.next() < 0.3;
        state.refuses = random.next() < 0.3 ? (trace) => trace.endsWith("7") : () => false;
      }
    }
    for (const { state } of [follower, cron]) Object.assign(state, { isDown: false, refuses: () => false });
  };
  const follow = async () => {
    while (!isOver) {
      const pod = new Pod([...toFollower, "--follow"], forwardLease);
      await Promise.race([pod.exited, pause(killsForward ? 4_000 : 8_000)]);
      if (killsForward) await pod.kill();
      else if (pod.isAlive) await pod.stop();
    }
  };
  const runCron = async () => {
    while (!isOver) {
      await runOnce(toCron, forwardLease, killsForward ? 3_000 * slowness * random.next() : undefined);
      await pause(500);
    }
  };
  const read = async () => {
    while (!isOver) {
      for (const args of [
        ["parse", folder, "--output", "raw"],
        ["verify", folder, "--keys", keys],
      ]) {
        const { status, output } = await runOnce(args, lease);
        const isEmpty = /not an archive|do not contain a record|ENOENT|does not exist/.test(output);
        if (status !== 0 && !isEmpty) problems.push(`${args[0]} ended with ${status}: ${output.slice(-600)}`);
      }
      await pause(500);
    }
  };
  const { id } = await konnect.createDestination({
    ...{
      name: "month",
      endpoint: `${router.url}/`,
      authorization: AUTHORIZATION,
      log_format: "cef",
    },
  });
  await konnect.enableWebhook(id);
  const actors = [supervisor(), weather(), operator(), targets(), follow(), runCron(), read()];
  const begin = Date.now();
  for (let i = 0; i < DAYS * 10; i++) {
    server.record({ seed: `${seed}/${i}`, at: begin + (i / 10) * DAY * 1_000 });
    await sleep((PACE / 10) * slowness);
  }
  await server.settled();
  isOver = true;
  await Promise.all(actors);
  writeFileSync(control, "0 0");
  await listen.stop();
  if (/suspended|took over/.test(listen.output) && kills === 0)
    problems.push("a lease was lost without a kill");
  for (const args of [toFollower, toCron]) {
    await runOnce(args, forwardLease);
    const { status, output } = await runOnce([...args, "--resend"], forwardLease);
    if (status !== 0) problems.push(`--resend ended with ${status}: ${output}`);
  }
  const taken = { follower: follower.state.got, cron: cron.state.got };
  problems.push(...account({ folder, delivered, lostByHand, logs, targets: taken, killsForward }));
  await Promise.all([server.close(), router.close(), follower.close(), cron.close()]);
  rmSync(join(folder, ".."), { recursive: true });
  console.log(
    `seed ${seed}: ${delivered.length} delivered, ${kills} kills, ${lostByHand.size} removed by hand, ${logs.length} pods`,
  );
  return problems;
}

const seeds =
  values.seed === undefined
    ? Array.from({ length: Number(values.seeds) }, (_, i) => `${i + 1}`)
    : [values.seed];
let failed = 0;
for (const seed of seeds) {
  const problems = await month(seed);
  for (const problem of problems) console.log(`✗ seed ${seed}: ${problem}`);
  if (problems.length > 0) failed++;
}
rmSync(tools, { recursive: true });
console.log(`${seeds.length} months, ${failed} with a problem`);
process.exit(failed > 0 ? 1 : 0);
