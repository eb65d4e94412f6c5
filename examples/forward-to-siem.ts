import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { readAuditRecords, safeParseAuditRecord } from "konnect-audit-logs/records";
import { command, variable } from "./command.js";
import { forward, type Item } from "./forwarder.js";
import { STREAM } from "./jetstream-sink.js";
import { targets } from "./siem-targets.js";

const help = `Forwards audit records to a SIEM that does not take Konnect's form. A record is done only when the target took it; one that it
never takes goes to a dead-letter file, and blocks nothing.

  npx tsx examples/forward-to-siem.ts --target splunk|datadog|elastic|loki|otlp --url URL FILE...
  npx tsx examples/forward-to-siem.ts --target ... --url URL --servers nats://127.0.0.1:4222

  SIEM_CREDENTIAL   Splunk's token, Datadog's key; for the others what they want in Authorization

  --index           Elastic's index or data stream
  --dead-letter     where poison records go (default: dead-letter.jsonl)
  --state           what of the files is done (default: forwarded.json); run again, it goes on there
  --servers         read from NATS JetStream instead of files
  --batch           records at once (default: 500)
  --min-wait        the first wait when the target is busy, in ms (default: 1000)`;

const options = {
  target: { type: "string" },
  url: { type: "string" },
  index: { type: "string" },
  servers: { type: "string" },
  batch: { type: "string", default: "500" },
  state: { type: "string", default: "forwarded.json" },
  "dead-letter": { type: "string", default: "dead-letter.jsonl" },
  "min-wait": { type: "string", default: "1000" },
} as const;

await command(help, options, async (values, files) => {
  const { target: name = "", url, index, servers } = values;
  if (!Object.hasOwn(targets, name)) throw new Error(`--target is one of ${Object.keys(targets).join(", ")}`);
  if (url === undefined) throw new Error("where is the target? Give --url");
  const credential = variable("SIEM_CREDENTIAL");
  const target = targets[name as keyof typeof targets]({
    url: url.replace(/\/$/, ""),
    credential,
    ...(index && { index }),
  });
  const limits = { deadLetter: values["dead-letter"], minTimeout: Number(values["min-wait"]) };
  const size = Number(values.batch);
  const send = (items: Item[]) => forward(items, target, limits);
  if (servers !== undefined) return fromJetStream(servers, size, send);
  const done: Record<string, number> = JSON.parse(await readFile(values.state, "utf8").catch(() => "{}"));
  let count = 0;
  for (const file of files) {
    let items: Item[] = [];
    let last = done[file] ?? 0;
    const flush = async () => {
      await send(items);
      count += items.length;
      items = [];
      done[file] = last;
      await writeFile(`${values.state}.new`, JSON.stringify(done), { flush: true });
      await rename(`${values.state}.new`, values.state);
    };
    for await (const { raw, bytes, event, lineNumber } of readAuditRecords(createReadStream(file))) {
      if (lineNumber <= (done[file] ?? 0)) continue;
      const id = createHash("sha256")
        .update(bytes ?? raw)
        .digest("hex");
      items.push({ id, raw, event });
      last = lineNumber;
      if (items.length === size) await flush();
    }
    if (items.length > 0) await flush();
  }
  console.log(`✓ ${count} records forwarded to ${name}`);
});

async function fromJetStream(
  servers: string,
  size: number,
  send: (items: Item[]) => Promise<void>,
): Promise<void> {
  const connection = await connect({ servers: servers.split(","), maxReconnectAttempts: -1 });
  const manager = await jetstreamManager(connection);
  await manager.consumers.add(STREAM, {
    durable_name: "siem",
    ack_policy: AckPolicy.Explicit,
    ack_wait: 600_000_000_000,
  });
  const consumer = await jetstream(connection).consumers.get(STREAM, "siem");
  let isStopping = false;
  for (const signal of ["SIGINT", "SIGTERM"])
    process.once(signal, () => {
      isStopping = true;
    });
  while (!isStopping) {
    const fetched = await consumer.fetch({ max_messages: size, expires: 1_000 });
    const messages = [];
    for await (const message of fetched) messages.push(message);
    await send(
      messages.map((message) => {
        const raw = message.string();
        const parsed = safeParseAuditRecord(raw);
        const id = createHash("sha256").update(message.data).digest("hex");
        return { id, raw, event: parsed.success ? parsed.event : undefined };
      }),
    );
    // Only now: killed before, they come again.
    for (const message of messages) message.ack();
    if (messages.length > 0) console.log(`✓ ${messages.length} records forwarded`);
  }
  await connection.drain();
}
