import { gzipSync } from "node:zlib";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { auditRecord, auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { post } from "../../../test/receiver/support.js";
import { cleanup } from "../../../test/support/cleanup.js";
import { hasNats, startCluster, startNats } from "../../../test/support/nats.js";
import { subjectOf } from "../../src/jetstream/sink.js";
import { STREAM } from "../../src/jetstream/streams.js";
import { start } from "../support/commands.js";
import { received } from "../support/received.js";

async function receiver(url: string, ...args: string[]) {
  const all = ["listen", "--jetstream", url, "--port", "0", ...args];
  const { state, stop } = start(all, { env: { SIEM_TOKEN: "Bearer nats" } });
  await expect.poll(() => state.output).toMatch(/127\.0\.0\.1:\d+/);
  return { port: Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(state.output)![1]), state, stop };
}

const headers = { authorization: "Bearer nats", "content-encoding": "application/gzip" };
const deliver = (port: number, lines: readonly string[]) => post(port, gzipSync(lines.join("\n")), headers);

describe.skipIf(!hasNats)("JetStream", () => {
  it("has each record once, whichever receiver it came to and however often, and across a killed server", async () => {
    const nats = await startNats();
    cleanup(() => nats.close());
    const lines = [...auditRecords(60)];
    const [one, two] = await Promise.all([receiver(nats.url), receiver(nats.url)]);
    expect((await deliver(one.port, lines.slice(0, 40))).status).toBe(204);
    expect((await deliver(two.port, lines.slice(20, 50))).status).toBe(204);
    await nats.kill();
    // Without an acknowledgement, Konnect has to retry.
    expect((await deliver(one.port, lines.slice(50))).status).toBe(500);
    await nats.start();
    await expect
      .poll(async () => (await deliver(one.port, lines.slice(50))).status, { interval: 300 })
      .toBe(204);
    // The other one comes back to the server in its own time; until then Konnect sends again.
    await expect.poll(async () => (await deliver(two.port, lines)).status, { interval: 300 }).toBe(204);
    await one.stop("SIGTERM");
    expect(one.state.output).toMatch(/✓ stopped after/);
    const connection = await connect({ servers: nats.url });
    cleanup(() => connection.close());
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info(STREAM, { subjects_filter: ">" });
    expect(state.messages).toBe(60);
    for (const subject of Object.keys(state.subjects ?? {}))
      expect(subject).toMatch(/^konnect\.audit\.[\w-]+\.(authorization|authentication|access)$/);
  });

  it("survives the loss of one node of three without a gap, and answers 500 after two", async () => {
    const nodes = await startCluster();
    for (const { close } of nodes) cleanup(close);
    const servers = nodes.map(({ url }) => url).join(",");
    const { port } = await receiver(servers, "--replicas", "3");
    const lines = [...auditRecords(30)];
    const isTaken = (lines: readonly string[]) => deliver(port, lines).then(({ status }) => status === 204);
    await expect.poll(() => isTaken(lines.slice(0, 10))).toBe(true);
    await nodes[0]!.kill();
    await expect.poll(() => isTaken(lines.slice(10, 20))).toBe(true);
    await nodes[1]!.kill();
    expect((await deliver(port, lines.slice(20))).status).toBe(500);
    await Promise.all([nodes[0]!.start(), nodes[1]!.start()]);
    await expect.poll(() => isTaken(lines.slice(20))).toBe(true);
    const connection = await connect({ servers });
    cleanup(() => connection.close());
    const messages = async () => {
      const manager = await jetstreamManager(connection, { timeout: 30_000 });
      return (await manager.streams.info(STREAM)).state.messages;
    };
    // Two nodes were just started: the first question may find none that leads.
    await expect.poll(messages).toBe(30);
  });

  it("has subjects that no value can break out of", () => {
    const subject = (org_id: string) => subjectOf(received(auditRecord({ org_id })));
    expect(subject("aafebd25-d494")).toBe("konnect.audit.aafebd25-d494.authorization");
    expect(subject("a.b > *")).toBe("konnect.audit.a_b____.authorization");
    expect(subject("")).toBe("konnect.audit.none.authorization");
    expect(subjectOf(received("x"))).toBe("konnect.audit.none.no_record");
  });
});
