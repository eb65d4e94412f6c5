/**
 * Reads audit records from NATS JetStream, where `konnect-audit listen --jetstream` puts them. Prints a line for each, with its
 * alerts. Acknowledges a record after the work: killed and started again, it resumes. Several with one name share the work.
 *
 *   NATS_URL=nats://127.0.0.1:4222 npx tsx examples/consume-from-jetstream.ts
 */
import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { detectSignals, safeParseAuditRecord } from "konnect-audit-logs/records";

const STREAM = "KONNECT_AUDIT";
const NAME = "alerts";

const { NATS_URL: servers = "nats://127.0.0.1:4222" } = process.env;
const connection = await connect({ servers: servers.split(","), maxReconnectAttempts: -1 });
const manager = await jetstreamManager(connection);
await manager.consumers.add(STREAM, {
  durable_name: NAME,
  ack_policy: AckPolicy.Explicit,
  // konnect.audit.<organization>.<authentication|authorization|access|unknown|no_record>
  filter_subject: "konnect.audit.>",
  ack_wait: 30_000_000_000,
});
const consumer = await jetstream(connection).consumers.get(STREAM, NAME);
const messages = await consumer.consume({ max_messages: 200, expires: 5_000 });
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void messages.close());
for await (const message of messages) {
  const parsed = safeParseAuditRecord(message.string());
  if (parsed.success) {
    const { event } = parsed;
    const alerts = detectSignals(event).map(({ name, severity }) => `${name} (${severity})`);
    const text = `${message.seq} ${event.time?.toISOString()} ${event.type} ${event.name} ${alerts.join(", ")}`;
    // Clients choose text in a record, and a terminal obeys control characters.
    console.log(text.trimEnd().replace(/\p{Cc}/gu, "\u{FFFD}"));
  } else console.log(`${message.seq} not a record: ${parsed.error.reason}`);
  message.ack();
}
await connection.drain();
