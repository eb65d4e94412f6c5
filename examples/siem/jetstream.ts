import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AckPolicy, type Consumer, type JsMsg, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { STREAM } from "../jetstream-sink.js";
import { connectNats } from "../nats.js";
import { eventOf } from "./event.js";
import type { Item } from "./forward.js";

export interface ForwardStreamOptions {
  servers: string;
  /** The durable consumer. Several forwarders with the same name share the work; each target needs its own name. */
  name: string;
  /** Messages per batch. */
  size: number;
  /** Ends the forwarder. Unsent messages are delivered again. */
  signal: AbortSignal;
  /** The time after which the server delivers an unconfirmed message again, in ms. Default 10,000. */
  ackWaitMs?: number;
}

/** Forwards the records of the stream until it is stopped. Acknowledges a message after it was sent. */
export async function forwardStream(
  { servers, name, size, signal, ackWaitMs = 10_000 }: ForwardStreamOptions,
  send: (items: Item[]) => Promise<void>,
): Promise<void> {
  const connection = await connectNats(servers.split(","), signal).catch((error) => {
    if (!signal.aborted) throw error;
  });
  if (connection === undefined) return;
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
      const messages = await fetchSome(consumer, size);
      if (messages.length === 0) continue;
      // A busy target can take longer than the server waits.
      const alive = setInterval(() => {
        for (const message of messages) message.working();
      }, ackWaitMs / 3);
      await send(messages.map(itemOf)).finally(() => clearInterval(alive));
      for (const message of messages) message.ack();
      console.log(`✓ ${messages.length} records forwarded`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await connection.drain();
  }
}

/** The available messages, after at most a second. Empty while the server is down. */
async function fetchSome(consumer: Consumer, size: number): Promise<JsMsg[]> {
  const messages: JsMsg[] = [];
  const fetched = await consumer.fetch({ max_messages: size, expires: 1_000 });
  // The client never ends a fetch during which the server restarted.
  const watchdog = setTimeout(() => void fetched.close(), 3_000);
  try {
    for await (const message of fetched) messages.push(message);
  } catch (error) {
    console.error(`! NATS: ${(error as Error).message}; trying again`);
    await sleep(1_000);
  } finally {
    clearTimeout(watchdog);
  }
  return messages;
}

function itemOf(message: JsMsg): Item {
  const raw = message.string();
  const id = createHash("sha256").update(message.data).digest("hex");
  return { id, raw, event: eventOf(raw) };
}
