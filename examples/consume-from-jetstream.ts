import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { detectSignals, safeParseAuditRecord } from "konnect-audit-logs/records";
import { command } from "./command.js";
import { STREAM } from "./jetstream-sink.js";

const help = `Reads audit records from NATS JetStream, prints a line for each and its alerts. Acknowledges after its work: killed and started
again, it goes on where it stood. Several with one name share the work.

  npx tsx examples/consume-from-jetstream.ts [--servers nats://127.0.0.1:4222] [--name alerts] [--subject 'konnect.audit.>']

  --name            the durable consumer
  --subject         which records: konnect.audit.<organization>.<authentication|authorization|access|unknown|no_record>`;

const options = {
  servers: { type: "string", default: "nats://127.0.0.1:4222" },
  name: { type: "string", default: "alerts" },
  subject: { type: "string", default: "konnect.audit.>" },
} as const;

await command(help, options, async ({ servers, name, subject }) => {
  const connection = await connect({ servers: servers.split(","), maxReconnectAttempts: -1 });
  const manager = await jetstreamManager(connection);
  await manager.consumers.add(STREAM, {
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    filter_subject: subject,
    ack_wait: 30_000_000_000,
  });
  const consumer = await jetstream(connection).consumers.get(STREAM, name);
  const messages = await consumer.consume({ max_messages: 200, expires: 5_000 });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void messages.close());
  for await (const message of messages) {
    const parsed = safeParseAuditRecord(message.string());
    if (parsed.success) {
      const { event } = parsed;
      const alerts = detectSignals(event).map(({ name, severity }) => `${name} (${severity})`);
      const text = `${message.seq} ${event.time?.toISOString()} ${event.type} ${event.name} ${alerts.join(", ")}`;
      console.log(text.trimEnd().replace(/\p{Cc}/gu, "\u{FFFD}"));
    } else console.log(`${message.seq} no record: ${parsed.error.reason}`);
    message.ack();
  }
  await connection.drain();
});
