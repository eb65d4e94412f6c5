/**
 * The proof by faults: a simulator with Konnect's retry rules delivers through a bad network to `konnect-audit listen`, which
 * is killed, and whose disk fails, hangs and fills. Afterwards every record that Konnect believes delivered has to be stored,
 * once.
 *
 *   npm run test:faults -- [--seeds 100] [--seed N] [--sink files|jetstream]
 */

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { KonnectClient } from "konnect-audit-logs";
import { startKonnect } from "konnect-audit-logs/testing";
import { freePort } from "../../../test/support/loopback.js";
import { Random } from "../support/random.js";
import { Child, measureSlowness } from "./child.js";
import { startProxy } from "./proxy.js";
import { openSink, type SinkKind } from "./sinks.js";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    seed: { type: "string" },
    sink: { type: "string", default: "files" },
  },
});
const AUTHORIZATION = "Splunk faults-0123456789";
const CALLS = 25;
const AT_ONCE = Math.min(4, availableParallelism());
const slowness = await measureSlowness(2 * AT_ONCE);

const standby: Child[] = [];
const nextChild = () => {
  standby.push(new Child());
  return standby.shift()!;
};

interface Outcome {
  total: number;
  delivered: number;
  kept: number;
  kills: number;
  lost: string[];
  doubled: string[];
  torn: string[];
  givenUp: string[];
}

async function run(seed: string, kind: SinkKind): Promise<Outcome> {
  const random = new Random(seed);
  const sink = await openSink(kind);
  const delivered: string[] = [];
  const givenUp: string[] = [];
  const server = await startKonnect({
    timeScale: 0.1 * slowness,
    onDelivery: (batch) => (batch.delivered ? delivered : givenUp).push(...batch.lines),
  });
  const ports = await Promise.all(Array.from({ length: sink.receivers }, freePort));
  const proxy = await startProxy(() => random.pick(ports), random);
  const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
  const jwks = `${server.url}/v2/audit-log-webhook/jwks.json`;
  let kills = 0;
  let starts = 0;
  /** Starts it again, as a supervisor does, if the disk fails while it starts. */
  const startChild = async (port: number): Promise<Child> => {
    const child = nextChild();
    const isListening = await child
      .start({
        args: ["listen", "--port", String(port), "--keys", jwks, ...sink.args],
        env: { SIEM_TOKEN: AUTHORIZATION },
        seed: `${seed}/${port}/${starts++}`,
        lies: kind === "early",
        slowness,
      })
      .then(
        () => true,
        () => false,
      );
    return isListening ? child : startChild(port);
  };
  const children = await Promise.all(ports.map(startChild));
  let isDone = false;
  const killer = (async () => {
    while (!isDone) {
      await sleep((120 + random.next() * 700) * slowness);
      if (isDone) return;
      // Not before the next one is loaded: the receiver would be away for longer than Konnect tries.
      await standby[0]!.ready;
      const victim = Math.floor(random.next() * children.length);
      await children[victim]!.kill();
      kills++;
      children[victim] = await startChild(ports[victim]!);
    }
  })();
  const disturbance = sink.disturb(random);
  const { id } = await konnect.createDestination({
    name: "faults",
    endpoint: proxy.url,
    authorization: AUTHORIZATION,
    log_format: random.pick(["cef", "json"]),
  });
  await konnect.enableWebhook(id);
  for (let call = 0; call < CALLS; call++) {
    await konnect.listControlPlanes();
    if (random.next() < 0.1) server.rotateKeys();
    await sleep(random.next() * 25 * slowness);
  }
  await server.settled();
  isDone = true;
  await Promise.all([killer, disturbance]);
  await proxy.close();
  for (const child of children) await child.kill();
  await server.close();
  const lines = await sink.lines();
  await sink.close();
  const kept = new Set(lines);
  const sent = new Set([...delivered, ...givenUp]);
  return {
    total: sent.size,
    delivered: delivered.length,
    kept: kept.size,
    kills,
    lost: delivered.filter((line) => !kept.has(line)),
    doubled: lines.filter((line, i) => lines.indexOf(line) !== i),
    torn: lines.filter((line) => !sent.has(line)),
    givenUp: givenUp.filter((line) => !kept.has(line)),
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function all(seeds: string[], sink: SinkKind, atOnce: number): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const left = [...seeds];
  const work = async () => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift())
      outcomes.set(seed, await run(seed, sink));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

const sum = (outcomes: Map<string, Outcome>, of: (outcome: Outcome) => number) =>
  [...outcomes.values()].reduce((total, outcome) => total + of(outcome), 0);

const seeds =
  values.seed === undefined
    ? Array.from({ length: Number(values.seeds) }, (_, i) => `${i + 1}`)
    : [values.seed];
for (let i = 0; i < 4; i++) standby.push(new Child());
let failed = false;
const outcomes = await all(seeds, values.sink as SinkKind, AT_ONCE);
for (const [seed, { lost, doubled, torn, givenUp }] of outcomes) {
  if (values.seed !== undefined)
    for (const line of givenUp) console.log(`seed ${seed}: Konnect gave up on ${line.slice(0, 140)}`);
  for (const [what, lines] of Object.entries({ lost, doubled, torn }))
    for (const line of lines) {
      failed = true;
      console.log(`✗ seed ${seed}: ${what} ${line.slice(0, 200)}`);
    }
}
const [total, delivered, kills] = [
  sum(outcomes, (o) => o.total),
  sum(outcomes, (o) => o.delivered),
  sum(outcomes, (o) => o.kills),
];
console.log(
  `children start ${slowness.toFixed(1)} times as slowly as on a fast machine; ${seeds.length} seeds, ${kills} kills: of ${total} records Konnect believes ${delivered} delivered, and gave up on ${total - delivered}; lost ${sum(outcomes, (o) => o.lost.length)}, doubled ${sum(outcomes, (o) => o.doubled.length)}`,
);
if (delivered < total / 2) {
  failed = true;
  console.log("✗ less than half was delivered: that proves nothing");
}
if (values.seed === undefined && values.sink === "files") {
  // The run itself is on trial, too: a disk that acknowledges too early has to be found out.
  const early = await all(seeds.slice(0, Math.max(10, seeds.length / 5)), "early", AT_ONCE);
  const lost = sum(early, (o) => o.lost.length);
  console.log(`a disk that acknowledges too early, ${early.size} seeds: lost ${lost}`);
  if (lost === 0) {
    failed = true;
    console.log("✗ it was not found out");
  }
}
for (const child of standby) await child.kill();
process.exit(failed ? 1 : 0);
