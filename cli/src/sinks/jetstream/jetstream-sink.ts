import { jetstream, jetstreamManager, RetentionPolicy, StorageType } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import pRetry from "p-retry";
import type { Context } from "../../context.js";
import type { Sink, SinkRecord } from "../sink.js";
import { connectNats } from "./connect.js";

/** The name of the stream. */
export const STREAM = "KONNECT_AUDIT";
const DAY = 24 * 3_600_000;

/** Options of the sink. */
export interface JetStreamSinkOptions {
  servers: readonly string[];
  /** Copies of the stream: 3 on a cluster of three nodes. Default 1. */
  replicas?: number | undefined;
  /** The time within which a repeated record is stored once, in ms: longer than Konnect retries. Default: one hour. */
  duplicateWindowMs?: number | undefined;
  /** Time limit of an acknowledgement, in ms. Default 5,000. */
  timeoutMs?: number | undefined;
}

/** A subject token without dots, spaces or wildcards. */
function token(text: string | undefined): string {
  return text?.replace(/[^A-Za-z0-9_-]/g, "_") || "none";
}

/** `konnect.audit.<organization>.<type>`. */
export function subjectOf({ event }: Pick<SinkRecord, "event">): string {
  return `konnect.audit.${token(event?.org_id)}.${event?.type ?? "no_record"}`;
}

/** Publishes records to NATS JetStream, with the record's id as message id, so that receivers can be stateless. */
export async function openJetStreamSink(options: JetStreamSinkOptions, context: Context): Promise<Sink> {
  const { servers, replicas = 1, duplicateWindowMs = 3_600_000, timeoutMs = 5_000 } = options;
  const connection = await connectNats(servers, context);
  const stream = {
    name: STREAM,
    subjects: ["konnect.audit.>"],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    num_replicas: replicas,
    duplicate_window: nanos(duplicateWindowMs),
    max_age: nanos(30 * DAY),
  };
  const open = async () => {
    const manager = await jetstreamManager(connection);
    await manager.streams.add(stream).catch(() => manager.streams.update(STREAM, stream));
  };
  // A starting cluster lacks a leader for some seconds.
  await pRetry(open, {
    retries: 10,
    maxTimeout: 5_000,
    signal: context.signal,
    onFailedAttempt: ({ error }) => context.log.warn(`JetStream is not ready (${error.message}), retrying`),
  });
  const client = jetstream(connection, { timeout: timeoutMs });
  return {
    async append(records) {
      await Promise.all(
        records.map((record) =>
          client.publish(subjectOf(record), record.bytes, { msgID: record.id, timeout: timeoutMs }),
        ),
      );
    },
    close: () => connection.drain(),
  };
}
