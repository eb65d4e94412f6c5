/**
 * Following under faults: records that become readable up to five minutes late, a Konnect that fails, restarts from the last
 * checkpoint, clocks that are hours apart; and 500 records a second from a Konnect that lists in any order, with cursors that shift, and
 * tells its time or does not. Each record has to be given exactly once.
 *
 *   tsx test/faults/follow.ts [--seeds 100] [--from 1] [--records 10000] [--memory]
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type FollowCheckpoint, followAuditLogs, KonnectClient } from "../../src/index.js";
import { startKonnect } from "../../src/testing/index.js";
import { Random } from "../../src/testing/random.js";
import { AnyKonnect, followAll, ORDERS } from "../workflows/follow/any-konnect.js";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "5" },
    from: { type: "string", default: "1" },
    records: { type: "string", default: "10000" },
    memory: { type: "boolean", default: false },
  },
});
const RECORDS = Number(values.records);
const HOUR = 3_600_000;
/** Of Konnect's time, that the records spread over, that one may be late, and that passes with each request. */
const SPAN = 2 * HOUR;
const LATE = 300_000;
const STEP = 120_000;
/** 500 records a second, from a Konnect that lists in any order, with cursors that shift, and with no clock. */
const RATE_PER_MS = 0.5;

async function run(
  seed: string,
): Promise<{ lost: number; doubled: number; restarts: number; requests: number }> {
  const random = new Random(`follow ${seed}`);
  const begin = Date.now() + Math.floor((random.next() * 4 - 2) * HOUR);
  let time = begin;
  // The monotonic clock passes as Konnect's does: a Date that jumps against it would not be believed.
  const realNow = performance.now.bind(performance);
  performance.now = () => realNow() + time - begin;
  const server = await startKonnect({
    now: () => time,
    readableAfterMs: () => (random.next() < 0.3 ? Math.floor(random.next() * LATE) : 0),
  });
  const marks = new Set<string>();
  for (let i = 0; i < RECORDS; i++) {
    const mark = `mark-${seed}-${i}`;
    marks.add(mark);
    server.record({ at: begin + Math.floor((i / RECORDS) * SPAN), org_id: mark, seed: `${seed}/${i}` });
  }
  let requests = 0;
  const client = () =>
    new KonnectClient({
      baseUrl: server.url,
      token: server.token,
      fetch: async (url, init) => {
        requests++;
        time += Math.floor(random.next() * 2 * STEP);
        if (random.next() < 0.15)
          server.fault(
            random.pick([
              { status: 429, retryAfter: 0 },
              { status: 500 },
              { status: 503, html: true },
              { reset: true },
              { truncate: true },
            ]),
          );
        return fetch(url, init);
      },
    });
  let checkpoint: FollowCheckpoint | undefined;
  let taken: string[] = [];
  let covered = 0;
  let restarts = 0;
  for (let isDone = false; !isDone; ) {
    isDone = true;
    const logs = followAuditLogs(client(), {
      since: new Date(begin),
      until: new Date(begin + SPAN + HOUR),
      type: "authorization",
      "page[size]": random.pick([50, 300, 1000]),
      pollMs: 0,
      retry: { minTimeout: 0, maxTimeout: 1 },
      ...(checkpoint && { checkpoint }),
      onCheckpoint(stored) {
        // As a file would have it.
        checkpoint = JSON.parse(JSON.stringify(stored));
        covered = taken.length;
      },
    });
    for await (const log of logs) {
      if (log.type === "authorization" && marks.has(log.org_id)) taken.push(log.org_id);
      if (random.next() < 0.0004) {
        // Killed: what the last checkpoint does not cover was not stored.
        taken = taken.slice(0, covered);
        restarts++;
        isDone = false;
        break;
      }
    }
  }
  await server.close();
  performance.now = realNow;
  const given = new Set(taken);
  return { lost: RECORDS - given.size, doubled: taken.length - given.size, restarts, requests };
}

/** The peak memory of a process that follows `count` records, in MB. */
async function memory(records: number): Promise<number> {
  const begin = Date.now() - 24 * HOUR;
  const server = await startKonnect();
  for (let i = 0; i < records; i++)
    server.record({ at: begin + Math.floor((i / records) * 23 * HOUR), seed: i });
  const child = fork(
    fileURLToPath(new URL("follow-child.ts", import.meta.url)),
    [server.url, server.token, String(begin)],
    {
      execArgv: ["--import", "tsx"],
    },
  );
  const [{ peak, count }] = (await once(child, "message")) as [{ peak: number; count: number }];
  await server.close();
  if (count < records) throw new Error(`${count} of ${records} were given`);
  return peak;
}

if (values.memory) {
  const [few, many] = [await memory(2_000), await memory(200_000)];
  console.log(
    `memory of a follow: ${few.toFixed(0)} MB over 2,000 records, ${many.toFixed(0)} MB over 200,000`,
  );
  process.exit(many < few + 80 ? 0 : 1);
}
let isGood = true;
function judge(what: string, lost: number, doubled: number): void {
  if (lost === 0 && doubled === 0) return;
  isGood = false;
  console.log(`✗ ${what}: lost ${lost}, doubled ${doubled}`);
}
const total = { restarts: 0, requests: 0 };
const first = Number(values.from);
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const { lost, doubled, restarts, requests } = await run(String(seed));
  total.restarts += restarts;
  total.requests += requests;
  judge(`seed ${seed}`, lost, doubled);
  for (const habits of ORDERS) {
    const konnect = new AnyKonnect(new Random(`orders ${seed}`), {
      ...habits,
      records: RECORDS,
      spanMs: RECORDS / RATE_PER_MS,
    });
    const taken = await followAll(konnect);
    const given = new Set(taken).size;
    judge(`seed ${seed}, ${JSON.stringify(habits)}`, RECORDS - given, taken.length - given);
  }
}
console.log(
  `follow: ${values.seeds} seeds of 7 times ${RECORDS} records, in every order, with a clock and without; ${total.requests} requests, ${total.restarts} restarts: ${isGood ? "each given once" : "not each given once"}`,
);
process.exit(isGood ? 0 : 1);
