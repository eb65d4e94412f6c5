import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterEach, describe, expect, it } from "vitest";
import { openJetStreamSink, STREAM } from "../../examples/jetstream-sink.js";
import { ReceivedRecord } from "../../src/receiver/index.js";
import { auditRecords } from "../../src/testing/index.js";
import { hasNats, startNats } from "../support/nats.js";
import { closeAll, limits, open, start, startTarget } from "./support.js";

afterEach(closeAll);

const taken = { status: 200, body: { text: "Success", code: 0 } };
const idsIn = (bodies: readonly string[]) =>
  bodies.flatMap((body) => [...body.matchAll(/"record_id":"([\da-f]{64})"/g)].map(([, id]) => id!));

function setUp(url: string) {
  const { folder } = limits();
  const args = ["--target", "splunk", "--url", `${url}/`, "--min-wait", "1"];
  args.push("--state", join(folder, "state.json"), "--dead-letter", join(folder, "dead.jsonl"));
  const run = (...more: string[]) => start("forward-to-siem", [...args, ...more], { SIEM_CREDENTIAL: "t" });
  /** Runs it until it ends. */
  const output = async (...more: string[]) => {
    const { state, closed } = run(...more);
    await closed;
    return state.output;
  };
  return { folder, run, output, file: join(folder, "audit.log") };
}

describe("forward-to-siem from files", () => {
  it("goes on where it stood, gzip or not, and waits for the end of a line", async () => {
    const { url, seen } = await startTarget(() => taken);
    const { output, file } = setUp(url);
    const lines = [...auditRecords(30)];
    writeFileSync(file, `${lines.slice(0, 20).join("\n")}\n${lines[20]!.slice(0, -9)}`);
    writeFileSync(`${file}.gz`, gzipSync(lines.slice(0, 4).join("\n")));
    const first = await output("--batch", "8", file, `${file}.gz`);
    expect(first).toMatch(/✓ 24 records forwarded to splunk/);
    expect(first).toMatch(/audit\.log: the last line has no line feed yet/);
    appendFileSync(file, `${lines[20]!.slice(-9)}\n${lines.slice(21).join("\n")}\n`);
    expect(await output(file, `${file}.gz`)).toMatch(/✓ 10 records/);
    expect(await output(file, `${file}.gz`)).toMatch(/✓ 0 records/);
    const ids = idsIn(seen.map(({ body }) => body));
    expect(ids).toHaveLength(34);
    expect(new Set(ids).size).toBe(30);
  });

  it("begins anew where another file took the name", async () => {
    const { url } = await startTarget(() => taken);
    const { output, file } = setUp(url);
    writeFileSync(file, `${[...auditRecords(5)].join("\n")}\n`);
    expect(await output(file)).toMatch(/✓ 5 records/);
    writeFileSync(file, `${[...auditRecords(9, { seed: "rotated" })].join("\n")}\n`);
    expect(await output(file)).toMatch(/✓ 9 records/);
  });

  it("loses nothing when it is killed at any moment, and sends no more again than was under way", async () => {
    const { url, seen } = await startTarget(async (_, attempt) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return attempt % 5 === 0 ? { status: 503 } : taken;
    });
    const { run, file, folder } = setUp(url);
    const lines = [...auditRecords(200)];
    writeFileSync(file, `${lines.join("\n")}\n`);
    let kills = 0;
    for (;;) {
      const { state, stop, closed } = run("--batch", "5", file);
      const target = seen.length + 7 + kills;
      const killed = expect.poll(() => seen.length, { interval: 3, timeout: 20_000 }).toBeGreaterThan(target);
      const isDone = await Promise.race([closed.then(() => true), killed.then(() => false)]);
      if (isDone) {
        killed.catch(() => {});
        expect(state.output).toMatch(/✓ \d+ records/);
        break;
      }
      await stop("SIGKILL");
      kills++;
    }
    expect(kills).toBeGreaterThan(2);
    const ids = idsIn(seen.map(({ body }) => body));
    expect(new Set(ids).size).toBe(200);
    // Batches that were refused with a 503, or under way at a kill, came again.
    expect(ids.length).toBeLessThanOrEqual(200 + 5 * (kills + Math.floor(seen.length / 5)));
    const { lines: done } = Object.values(
      JSON.parse(readFileSync(join(folder, "state.json"), "utf8")),
    )[0] as {
      lines: number;
    };
    expect(done).toBe(200);
  }, 60_000);

  it.each([
    [["--target", "toString"], /--target is one of splunk/],
    [["--url", "splunk.example.com"], /Give --url/],
    [[], /Give files, or --servers/],
    [["--batch", "0", "f"], /--batch is a whole number/],
    [["--min-wait", "1e3", "f"], /--min-wait is a whole number/],
    [["/nowhere/audit.log"], /ENOENT.*audit\.log/],
  ])("tells what is wrong with %j", async (args, message) => {
    const { output } = setUp("http://127.0.0.1:1");
    expect(await output(...args)).toMatch(message);
  });

  it("does not print a credential that no header takes", async () => {
    const args = ["--target", "loki", "--url", "http://127.0.0.1:1", "f"];
    const { state, closed } = start("forward-to-siem", args, { SIEM_CREDENTIAL: "s3cret\n" });
    expect(await closed).toBe(1);
    expect(state.output).toMatch(/SIEM_CREDENTIAL is empty or holds what no header takes/);
    expect(state.output).not.toContain("s3cret");
  });
});

describe.skipIf(!hasNats)("forward-to-siem from JetStream", () => {
  it("loses nothing, across a forwarder and a server that are killed, and a target that is away", async () => {
    const nats = await startNats();
    open.push(nats.close);
    const { url, seen } = await startTarget((_, attempt) => (attempt % 3 === 0 ? { status: 503 } : taken));
    const { run } = setUp(url);
    const sink = await openJetStreamSink({ servers: nats.url });
    open.push(sink.close);
    const records = [...auditRecords(60)].map((line) => new ReceivedRecord(Buffer.from(line)));
    const sent = () => new Set(idsIn(seen.map(({ body }) => body)));
    await sink.append(records.slice(0, 40));
    const first = run("--servers", nats.url, "--batch", "7");
    await expect.poll(() => sent().size, { timeout: 20_000, interval: 3 }).toBeGreaterThan(10);
    await first.stop("SIGKILL");
    const second = run("--servers", nats.url, "--batch", "7");
    await expect.poll(() => second.state.output, { timeout: 20_000 }).toMatch(/records forwarded/);
    await nats.kill();
    await nats.start();
    const publish = () =>
      sink.append(records).then(
        () => true,
        () => false,
      );
    await expect.poll(publish, { timeout: 20_000 }).toBe(true);
    await expect.poll(() => sent().size, { timeout: 40_000 }).toBe(60);
    expect(sent()).toEqual(new Set(records.map(({ id }) => id)));
    const connection = await connect({ servers: nats.url });
    open.push(() => connection.close());
    const consumer = await jetstream(connection).consumers.get(STREAM, "siem-splunk");
    // What was not acknowledged at the kills comes again when the server has waited for it: ten seconds.
    const left = () => consumer.info().then((info) => info.num_pending + info.num_ack_pending);
    await expect.poll(left, { timeout: 40_000 }).toBe(0);
    await second.stop("SIGTERM");
  }, 90_000);

  it("stops when it is told to, also while the target is away", async () => {
    const nats = await startNats();
    open.push(nats.close);
    const { url, seen } = await startTarget(() => ({ status: 503, headers: { "retry-after": "3600" } }));
    const { run } = setUp(url);
    const sink = await openJetStreamSink({ servers: nats.url });
    open.push(sink.close);
    await sink.append([...auditRecords(3)].map((line) => new ReceivedRecord(Buffer.from(line))));
    const { state, stop, closed } = run("--servers", nats.url);
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(1);
    await stop("SIGTERM");
    expect(await closed).toBe(0);
    expect(state.output).toBe("");
  }, 60_000);
});
