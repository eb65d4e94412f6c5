import { createServer } from "node:http";
import { createReceiver } from "konnect-audit-logs/receiver";
import { command, variable } from "./command.js";
import { openJetStreamSink } from "./jetstream-sink.js";
import { listen } from "./listen.js";

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
  });
  await listen(createServer(receiver.handler), receiver, { host, port, close: sink.close });
});
