import { setTimeout as sleep } from "node:timers/promises";
import { AckPolicy, type Consumer, type JsMsg, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { recordId, safeParseAuditRecord } from "konnect-audit-logs/records";
import type { Context } from "../context.js";
import { countOf } from "../output/count.js";
import type { Log } from "../output/log.js";
import type { Item } from "../targets/target.js";
import { connectNats } from "./connect.js";
import { STREAM } from "./streams.js";

export interface ForwardStreamOptions {
  servers: readonly string[];
  /** The durable consumer. Several forwarders with the same name share the work; each target needs its own name. */
  name: string;
  /** Messages per batch. */
  size: number;
  /** The time after which the server delivers an unconfirmed message again, in ms. Default 10,000. */
  ackWaitMs?: number;
  /** Called after each read, whether or not there were records. */
  onRead?: () => void;
}

/** Forwards the records of the stream until a signal stops it. Acknowledges a message after it was sent. */
export async function forwardStream(
  { servers, name, size, ackWaitMs = 10_000, onRead }: ForwardStreamOptions,
  send: (items: Item[]) => Promise<void>,
  context: Context,
): Promise<void> {
  const { log, signal } = context;
  const connection = await connectNats(servers, context);
  try {
    const manager = await jetstreamManager(connection);
    await manager.consumers.add(STREAM, {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      max_ack_pending: 100_000,
    });
    const consumer = await jetstream(connection).consumers.get(STREAM, name);
    while (!signal.aborted) {
      const messages = await fetchSome(consumer, size, log);
      onRead?.();
      if (messages.length === 0) continue;
      // A busy target can take longer than the server waits.
      const alive = setInterval(() => {
        for (const message of messages) message.working();
      }, ackWaitMs / 3);
      await send(messages.map(itemOf)).finally(() => clearInterval(alive));
      for (const message of messages) message.ack();
      log.info(`✓ ${countOf(messages.length, "record")} forwarded`);
    }
  } finally {
    await connection.drain();
  }
}

/** The available messages, after at most a second. Empty while the server is down. */
async function fetchSome(consumer: Consumer, size: number, log: Log): Promise<JsMsg[]> {
  const messages: JsMsg[] = [];
  const fetched = await consumer.fetch({ max_messages: size, expires: 1_000 });
  // The client never ends a fetch during which the server restarted.
  const watchdog = setTimeout(() => void fetched.close(), 3_000);
  try {
    for await (const message of fetched) messages.push(message);
  } catch (error) {
    log.warn(`NATS: ${(error as Error).message}, retrying`);
    await sleep(1_000);
  } finally {
    clearTimeout(watchdog);
  }
  return messages;
}

function itemOf(message: JsMsg): Item {
  const raw = message.string();
  const id = recordId(message.data);
  const isText = Buffer.from(raw).equals(message.data);
  return { id, raw, ...(!isText && { bytes: message.data }), event: safeParseAuditRecord(raw).event };
}
