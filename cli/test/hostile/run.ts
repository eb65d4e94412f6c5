/**
 * Attacks `konnect-audit listen`, and holds it to four things: its memory stays under a bound, good batches get through meanwhile, slow
 * senders are cut off, and it stops cleanly.
 *
 *   npm run test:hostile -- [--requests 10000]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { auditRecords } from "konnect-audit-logs/testing";
import { environment, main } from "../support/commands.js";
import { Random } from "../support/random.js";

const { values } = parseArgs({ options: { requests: { type: "string", default: "10000" } } });
const REQUESTS = Number(values.requests);
/**
 * Node and the package: some 90 MB. Eight batches: a body as sent, what it inflates to twice (zlib gathers chunks), and 400
 * bytes for each of 200,000 lines; and slack.
 */
const BOUND_MB = 90 + 8 * (2 + 2 * 16 + 76) + 64;
const AT_ONCE = 32;

// Limits that a small machine would have. It prints and filters every event: of what a body costs, this is the most.
const limits = ["--max-concurrent", "8", "--max-body-bytes", "2M", "--max-inflated-bytes", "16M"];
const prints = ["--stdout", "--output", "csv", "--where", "type=none"];
const child = spawn(
  process.execPath,
  [main, "listen", "--port", "0", ...limits, "--body-timeout", "300ms", ...prints],
  {
    env: environment({ SIEM_TOKEN: "Bearer good" }),
    stdio: ["ignore", "ignore", "pipe"],
  },
);
let said = "";
child.stderr.setEncoding("utf8").on("data", (chunk) => {
  said = (said + chunk).slice(-10_000);
});
while (!said.includes("listening on")) await new Promise((resolve) => setTimeout(resolve, 20));
const port = Number(/127\.0\.0\.1:(\d+)/.exec(said)![1]);
const answers: Record<string, number> = {};
const random = new Random("hostile");
const good = gzipSync([...auditRecords(200)].join("\n"));
const bomb = (() => {
  const block = Buffer.alloc(64 * 2 ** 20);
  return gzipSync(Buffer.concat(Array.from({ length: 16 }, () => block)), { level: 9 });
})();
const nested = gzipSync(gzipSync(Buffer.alloc(256 * 2 ** 20)));
const manyLines = ["x\n", "CEF:0|\n", "{\n", '{"a":\n'].map((line) => gzipSync(line.repeat(200_000)));
const noise = Buffer.from(Array.from({ length: 100_000 }, () => random.next() * 256));

function post(body: Buffer, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const all = { authorization: "Bearer good", "content-encoding": "gzip", ...headers };
    const request = httpRequest(
      { host: "127.0.0.1", port, method: "POST", headers: all, agent: false },
      (response) => {
        response.resume();
        const { statusCode = 0 } = response;
        answers[statusCode] = (answers[statusCode] ?? 0) + 1;
        response.on("close", () => resolve(statusCode));
      },
    );
    request.on("error", () => resolve(0));
    request.end(body);
  });
}

/** Holds a place as long as it is let: a byte now and then. Resolved when it is cut off. */
async function slow(): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write("POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer good\r\ncontent-length: 99999\r\n\r\n");
  const drip = setInterval(() => socket.write("x"), 20);
  const start = performance.now();
  socket.resume();
  await new Promise((resolve) => socket.once("close", resolve));
  clearInterval(drip);
  return performance.now() - start;
}

/** A line without end, up to 1 GiB, as fast as it is taken. */
async function endless(authorization: string): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  let open = true;
  socket.on("close", () => {
    open = false;
  });
  socket.write(
    `POST / HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-length: ${2 ** 30}\r\n\r\n`,
  );
  const chunk = Buffer.alloc(2 ** 20, "x");
  for (let sent = 0; open && sent < 1024; sent++)
    if (!socket.write(chunk))
      await new Promise((resolve) => socket.once("drain", resolve).once("close", resolve));
  socket.destroy();
}

const attacks: [weight: number, attack: () => Promise<unknown>][] = [
  [600, () => post(good, { authorization: random.pick(["", "Bearer", "Bearer goo", "Bearer good2"]) })],
  [60, () => post(noise)],
  [60, () => post(good.subarray(0, Math.floor(random.next() * good.length)))],
  [40, () => post(Buffer.from("\n".repeat(400_000)), { "content-encoding": "" })],
  [
    40,
    () =>
      post(
        good,
        Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x-flood-${i}`, "x".repeat(100)])),
      ),
  ],
  [3, () => post(random.pick(manyLines))],
  [20, () => post(nested)],
  [20, () => post(bomb.subarray(0, 2 * 2 ** 20))],
  [20, slow],
  [4, () => endless("Bearer good")],
  [4, () => endless("Bearer bad")],
];
const totalWeight = attacks.reduce((sum, [weight]) => sum + weight, 0);
function attack(): Promise<unknown> {
  let at = random.next() * totalWeight;
  for (const [weight, run] of attacks) {
    at -= weight;
    if (at < 0) return run();
  }
  return slow();
}

/**
 * A good batch, retried like Konnect after 1 s, 2 s, 4 s and 8 s. How many retries it takes depends on the machine, so the
 * last wait is repeated, for some minutes.
 */
let through = 0;
let given = 0;
let mostRetries = 0;
async function konnect(): Promise<void> {
  given++;
  for (let retries = 0; retries < 40; retries++) {
    if ((await post(good)) === 204) {
      through++;
      mostRetries = Math.max(mostRetries, retries);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000 * 2 ** Math.min(retries, 3)));
  }
}

let left = REQUESTS;
let isDone = false;
const deliveries = Promise.all(
  Array.from({ length: 8 }, async () => {
    while (!isDone) {
      await konnect();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }),
);
const start = performance.now();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) {
      await attack();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }),
);
// Every place taken by slow senders with a valid credential: they are cut off in time.
const slowest = Math.max(...(await Promise.all(Array.from({ length: 16 }, slow))));
isDone = true;
await deliveries;
const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))![1]) / 1024;
const closed = once(child, "close");
child.kill("SIGTERM");
const [status] = await closed;

const checks: [boolean, string][] = [
  [peak < BOUND_MB, `memory: at most ${peak.toFixed(0)} MB, bound ${BOUND_MB} MB`],
  [
    through === given && given > Math.min(10, REQUESTS / 500),
    `good batches: ${through} of ${given} got through, after at most ${mostRetries} retries`,
  ],
  // Without the limit they would hold their places for half an hour; a busy machine needs some seconds to notice.
  [slowest < 60_000, `slow senders were cut off after ${slowest.toFixed(0)} ms at most (limit 300 ms)`],
  [status === 0 && /✓ stopped after [\d,]+ records/.test(said), "it finished what it had taken, and stopped"],
];
console.log(
  `${REQUESTS} attacks in ${((performance.now() - start) / 1000).toFixed(0)} s; answers ${JSON.stringify(answers)}`,
);
for (const [isSo, what] of checks) console.log(`${isSo ? "✓" : "✗"} ${what}`);
process.exit(checks.every(([isSo]) => isSo) ? 0 : 1);
