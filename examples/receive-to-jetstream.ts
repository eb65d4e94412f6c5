import { createServer } from "node:http";
import { createReceiver } from "konnect-audit-logs/receiver";
import { command, variable } from "./command.js";
import { openJetStreamSink } from "./jetstream-sink.js";

const help = `Receives Konnect's audit records and publishes them to NATS JetStream. Keeps nothing itself: run as many as you like behind
a load balancer. Konnect is told that a batch arrived when the stream has acknowledged each record.

  npx tsx examples/receive-to-jetstream.ts [--servers nats://127.0.0.1:4222] [--host 127.0.0.1] [--port 8080] [--replicas 1]

  SIEM_TOKEN        what the destination was created with: the Authorization of each delivery

  --servers         the NATS servers, comma between
  --replicas        copies of the stream: 3 on a cluster of three`;

const options = {
  servers: { type: "string", default: "nats://127.0.0.1:4222" },
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "8080" },
  replicas: { type: "string", default: "1" },
} as const;

await command(help, options, async ({ servers, host, port, replicas }) => {
  const authorization = variable("SIEM_TOKEN");
  const sink = await openJetStreamSink({ servers: servers.split(","), replicas: Number(replicas) });
  const receiver = createReceiver({
    authorization,
    // NATS takes messages of 1 MiB, headers included.
    maxLineBytes: 1_000_000,
    onBatch: ({ records }) => sink.append(records),
    onRejected: ({ reason, problem }) => console.error(`rejected, ${reason}: ${problem}`),
    logger: console,
  });
  const server = createServer(receiver.handler);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(Number(port), host, resolve);
  });
  const address = server.address();
  console.log(
    `✓ listening on http://${host}:${typeof address === "object" && address !== null ? address.port : port}`,
  );
  const stop = async () => {
    await receiver.drain();
    server.closeAllConnections();
    server.close();
    await sink.close();
    console.log(`✓ stopped after ${receiver.stats().records} records`);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop());
});
