import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { cleanup } from "../../../test/support/cleanup.js";
import { hasNats, startNats } from "../../../test/support/nats.js";
import { forwardStream } from "../../src/jetstream/source.js";
import { STREAM } from "../../src/jetstream/streams.js";
import { testContext } from "../support/context.js";
import { openTestSink } from "../support/jetstream.js";
import { received } from "../support/received.js";
import { idsIn, setUp, startTarget, taken } from "../support/targets.js";

describe.skipIf(!hasNats)("forwarding from JetStream", () => {
  it("loses nothing if the forwarder and the server are killed, and the target is down", async () => {
    const nats = await startNats();
    cleanup(nats.close);
    const { url, seen } = await startTarget((_, attempt) => (attempt % 3 === 0 ? { status: 503 } : taken));
    const { run } = setUp(url);
    const sink = await openTestSink(nats.url);
    cleanup(sink.close);
    const records = [...auditRecords(60)].map((line) => received(line));
    const sent = () => new Set(idsIn(seen.map(({ body }) => body)));
    await sink.append(records.slice(0, 40));
    const first = run("--servers", nats.url, "--batch", "7");
    await expect.poll(() => sent().size, { interval: 3 }).toBeGreaterThan(10);
    await first.stop("SIGKILL");
    const second = run("--servers", nats.url, "--batch", "7");
    await expect.poll(() => second.state.output).toMatch(/records forwarded/);
    await nats.kill();
    await nats.start();
    const publish = () =>
      sink.append(records).then(
        () => true,
        () => false,
      );
    await expect.poll(publish).toBe(true);
    await expect.poll(() => sent().size).toBe(60);
    expect(sent()).toEqual(new Set(records.map(({ id }) => id)));
    // What was not acknowledged at the kills comes again when the server has waited for it: ten seconds.
    await expect.poll(() => left(nats.url)).toBe(0);
    await second.stop("SIGTERM");
  });

  it("stops on a signal, even while the target is down", async () => {
    const nats = await startNats();
    cleanup(nats.close);
    const { url, seen } = await startTarget(() => ({ status: 503, headers: { "retry-after": "3600" } }));
    const { run } = setUp(url);
    const sink = await openTestSink(nats.url);
    cleanup(sink.close);
    await sink.append([...auditRecords(3)].map((line) => received(line)));
    const { stop } = run("--jetstream", nats.url);
    await expect.poll(() => seen.length).toBe(1);
    const { status, output } = await stop("SIGTERM");
    expect(status).toBe(0);
    expect(output).toMatch(/^! waiting for the target \(answered 503.*\), retrying in 300 s\n$/);
    // Nothing of it counts as done.
    expect(await left(nats.url)).toBe(3);
  });

  it("keeps hold of messages for as long as a slow target takes", async () => {
    const nats = await startNats();
    cleanup(nats.close);
    const sink = await openTestSink(nats.url);
    cleanup(sink.close);
    await sink.append([...auditRecords(3)].map((line) => received(line)));
    const stopped = new AbortController();
    const sent: number[] = [];
    const options = {
      servers: [nats.url],
      name: "siem-splunk",
      size: 9,
      // A busy machine may be late with a sign of life; not by eight seconds.
      ackWaitMs: 8_000,
    };
    const send = async (items: unknown[]) => {
      sent.push(items.length);
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      // Whatever the server took for lost would come now.
      setTimeout(() => stopped.abort(), 500);
    };
    await forwardStream(options, send, testContext(stopped.signal).context);
    expect(sent).toEqual([3]);
    expect(await left(nats.url)).toBe(0);
  });
});

/** How many messages are not acknowledged yet. */
async function left(servers: string): Promise<number> {
  const connection = await connect({ servers });
  const consumer = await jetstream(connection).consumers.get(STREAM, "siem-splunk");
  const { num_pending, num_ack_pending } = await consumer.info();
  await connection.close();
  return num_pending + num_ack_pending;
}
