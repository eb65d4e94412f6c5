/**
 * A set of services as deploy/compose.yaml describes it: `listen` for two regions, `forward --follow` to three targets, each with
 * health and metrics, in a container's conditions: the first process, not root, a read-only root, a new host name after each kill.
 * Services are killed and stopped, and targets go down. Then all of them restart, and without faults their counters agree
 * exactly with what the simulators and the targets have counted.
 *
 *   tsx cli/test/faults/services.ts [--rounds 10]
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startKonnect } from "konnect-audit-logs/testing";
import { freePort, listen as listenOn } from "../../../test/support/loopback.js";
import { Random } from "../support/random.js";
import { stored } from "../support/segments.js";
import { measureSlowness } from "./child.js";
import { canDropRights, makeVolume, Pod, runOnce, startRouter, startTarget } from "./month-parts.js";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "10" } } });
if (process.getuid?.() !== 0) {
  console.log("NOT RUN: containers need root, for namespaces");
  process.exit(0);
}
const ROUNDS = Number(values.rounds);
/** Records of each region in a round, and in the time without faults. */
const RECORDS = 20;
const QUIET = 100;

const slowness = await measureSlowness(2);
const random = new Random("services");
const volume = makeVolume();
/** The volume itself, as in deploy/compose.yaml: forwarders may start before there is an archive. */
const folder = volume;
const secrets = mkdtempSync(join(tmpdir(), "secrets-"));
chmodSync(secrets, 0o755);
const problems: string[] = [];
const delivered = { lines: [] as string[], batches: 0 };
const onDelivery = (batch: { delivered: boolean; lines: readonly string[] }) => {
  if (!batch.delivered) return;
  delivered.lines.push(...batch.lines);
  delivered.batches++;
};
const us = await startKonnect({ timeScale: 0.3, onDelivery });
const eu = await startKonnect({ timeScale: 0.3, onDelivery, organizationOf: us });
const router = await startRouter();
const [otlp, elastic, syslog] = [
  await startTarget("otlp"),
  await startTarget("elastic"),
  await startSyslog(),
];

const konnect = {
  KONNECT_TOKEN: us.token,
  KONNECT_AUDIT_REGION: "us,eu",
  KONNECT_AUDIT_BASE_URL: `us=${us.url},eu=${eu.url}`,
};
writeFileSync(join(secrets, "siem-token"), "Bearer services\n", { mode: 0o644 });
const common = { KONNECT_AUDIT_LOG_FORMAT: "json", KONNECT_AUDIT_TEST_LEASE_SCALE: String(0.05 * slowness) };

/** A service that is started again and again, on a new port each time. */
class Service {
  pod: Pod | undefined;
  health = 0;

  constructor(
    readonly name: string,
    readonly args: readonly string[],
    readonly env: () => Promise<Record<string, string>>,
  ) {}

  async start(): Promise<void> {
    this.health = await freePort();
    const env = { ...common, ...(await this.env()), KONNECT_AUDIT_HEALTH: String(this.health) };
    this.pod = new Pod(this.args, env, volume);
  }

  async ready(): Promise<void> {
    for (let i = 0; i < 600 * slowness; i++) {
      const answer = await fetch(`http://127.0.0.1:${this.health}/readyz`).catch(() => undefined);
      if (answer?.status === 200) return;
      await sleep(100);
    }
    throw new Error(`${this.name} is not ready: ${this.pod?.output.slice(-800)}`);
  }

  async restart(how: "kill" | "stop"): Promise<void> {
    await this.pod![how]();
    await this.start();
  }

  /** The values of a metric, by labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.health}/metrics`)).text();
    const line = text.split("\n").find((one) => one.startsWith(`konnect_audit_${name} `));
    return Number(line?.slice(line.lastIndexOf(" ") + 1) ?? Number.NaN);
  }
}

const receiver = new Service("listen", ["listen"], async () => {
  const port = await freePort();
  router.state.port = port;
  return {
    ...konnect,
    KONNECT_AUDIT_PORT: String(port),
    KONNECT_AUDIT_FOLDER: folder,
    KONNECT_AUDIT_SIEM_TOKEN_FILE: join(secrets, "siem-token"),
    KONNECT_AUDIT_REQUIRE_VALID: "yes",
    KONNECT_AUDIT_COMPRESS: "yes",
    KONNECT_AUDIT_SEGMENT_BYTES: "30000",
  };
});
const forwarder = (to: string, url: string) =>
  new Service(`forward ${to}`, ["forward", folder, "--follow"], async () => ({
    KONNECT_AUDIT_TO: to,
    KONNECT_AUDIT_URL: url,
    KONNECT_AUDIT_MIN_WAIT: "50ms",
  }));
const forwarders = [
  forwarder("otlp", otlp.url),
  forwarder("elastic", elastic.url),
  forwarder("syslog", syslog.url),
];
const services = [receiver, ...forwarders];

for (const service of services) await service.start();
await receiver.ready();
const { status, output } = await runOnce(
  ["setup", "--endpoint", `${router.url}/`, "--siem-token-file", join(secrets, "siem-token")],
  konnect,
);
if (status !== 0) throw new Error(`setup ended with ${status}: ${output}`);

// With faults.
let kills = 0;
for (let round = 0; round < ROUNDS; round++) {
  for (let i = 0; i < RECORDS; i++)
    for (const server of [us, eu]) server.record({ seed: `${round}/${i}/${server.url}`, at: Date.now() });
  for (const { state } of [otlp, elastic]) state.isDown = random.next() < 0.3;
  for (const service of services)
    if (random.next() < 0.3) {
      await service.restart(random.next() < 0.5 ? "kill" : "stop");
      kills++;
    }
  await sleep(1_000 * slowness);
}
for (const { state } of [otlp, elastic]) state.isDown = false;
await receiver.ready();
await Promise.all([us.settled(), eu.settled()]);

// Without faults: from here on, every number is known.
for (const service of services) {
  await service.pod!.stop();
  if (service.pod!.status !== 0)
    problems.push(`${service.name} ended with ${service.pod!.status}: ${service.pod!.output.slice(-500)}`);
}
const before = { batches: delivered.batches, lines: delivered.lines.length };
const got = () => ({
  otlp: otlp.state.got.length,
  elastic: elastic.state.got.length,
  syslog: syslog.state.messages.length,
});
const gotBefore = got();
for (const service of services) await service.start();
for (const service of services) await service.ready();
for (let i = 0; i < QUIET; i++)
  for (const server of [us, eu]) server.record({ seed: `quiet/${i}/${server.url}`, at: Date.now() });
await Promise.all([us.settled(), eu.settled()]);

const archive = () => stored(folder).split("\n").slice(0, -1);
const expect = (what: string, is: number, should: number) => {
  console.log(`${is === should ? "=" : "✗"} ${what}: ${is}, counted elsewhere: ${should}`);
  if (is !== should) problems.push(`${what} is ${is}, but ${should} were counted`);
};
const newLines = delivered.lines.length - before.lines;
expect("records_total", await receiver.metric("records_total"), newLines);
expect(
  'deliveries_total{code="204"}',
  await receiver.metric('deliveries_total{code="204"}'),
  delivered.batches - before.batches,
);
expect(
  'verifications_total{status="valid"}',
  await receiver.metric('verifications_total{status="valid"}'),
  newLines,
);
for (const code of ["401", "405", "413", "429", "500"])
  expect(`deliveries_total{code="${code}"}`, await receiver.metric(`deliveries_total{code="${code}"}`), 0);
const stop = Date.now() + 120_000 * slowness;
const traces = (lines: readonly string[]) =>
  new Set(lines.map((line) => /trace_id=([\da-f]{32})/.exec(line)?.[1]));
const all = traces(archive());
const lacks = (has: readonly (string | undefined)[]) =>
  [...all].filter((trace) => !new Set(has).has(trace)).length;
const missing = () =>
  lacks(otlp.state.got) + lacks(elastic.state.got) + lacks([...traces(syslog.state.messages)]);
while (missing() > 0 && Date.now() < stop) await sleep(200);
// Syslog counts what it has written some seconds later.
await sleep(7_000);
for (const [i, name] of (["otlp", "elastic", "syslog"] as const).entries()) {
  const taken = await forwarders[i]!.metric(`forwarded_total{target="${name}"}`);
  expect(`forwarded_total{target="${name}"}`, taken, got()[name] - gotBefore[name]);
}
expect("records that a target lacks", missing(), 0);

// And over the whole time, nothing is lost or doubled.
const kept = archive();
expect("distinct records in the archive", new Set(kept).size, kept.length);
expect(
  "delivered records that the archive lacks",
  delivered.lines.filter((line) => !new Set(kept).has(line)).length,
  0,
);
for (const service of services) await service.pod!.stop();
await Promise.all([us.close(), eu.close(), router.close(), otlp.close(), elastic.close(), syslog.close()]);
rmSync(volume, { recursive: true });
rmSync(secrets, { recursive: true });
for (const problem of problems) console.log(`✗ ${problem}`);
const rights = canDropRights ? "without root" : "as root, because another user cannot read the project";
console.log(
  `${services.length} services ${rights}, ${kills} restarts, ${delivered.lines.length} records, ${problems.length} problems`,
);
process.exit(problems.length > 0 ? 1 : 0);

/** A syslog server that keeps the messages that it gets, by their octet counts. */
async function startSyslog() {
  const state = { messages: [] as string[] };
  const server = await listenOn(
    createServer((socket) => {
      let waiting = Buffer.alloc(0);
      socket
        .on("error", () => {})
        .on("data", (data) => {
          waiting = Buffer.concat([waiting, data]);
          for (;;) {
            const space = waiting.indexOf(" ");
            const length = space === -1 ? Number.NaN : Number(waiting.subarray(0, space).toString());
            if (Number.isNaN(length) || waiting.length < space + 1 + length) return;
            state.messages.push(waiting.subarray(space + 1, space + 1 + length).toString());
            waiting = waiting.subarray(space + 1 + length);
          }
        });
    }),
  );
  return { ...server, url: server.url.replace(/^\w+:/, "tcp:").replace(/\/$/, ""), state };
}
