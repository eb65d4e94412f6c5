import { createHash } from "node:crypto";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import pRetry from "p-retry";
import { type Modes, makeFolder } from "../archive/files.js";
import { RejectedStore } from "../archive/rejected.js";
import { type Rejection, rejectedRecord, type Sink, type SinkRecord } from "../archive/sink.js";
import type { Context } from "../context.js";
import { countOf } from "../output/count.js";
import { safeJson } from "../output/escape.js";
import { connectNats } from "./connect.js";
import { ensureStream, REJECTED_STREAM, REJECTED_SUBJECT, STREAM, type StreamOptions } from "./streams.js";

/** Options of the sink. */
export interface JetStreamSinkOptions {
  servers: readonly string[];
  stream: StreamOptions;
  /** The folder for rejections that are longer than the server takes. */
  state: string;
  modes: Modes;
  /** Time limit of an acknowledgement, in ms. Default 5,000. */
  timeoutMs?: number | undefined;
}

/** The headers of a message count as a part of it: the message id is a SHA-256 in hex. */
const HEADERS = 256;
/** What a server takes unless it says otherwise, in bytes. */
const MAX_PAYLOAD = 2 ** 20;

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
  const { servers, stream, state, modes, timeoutMs = 5_000 } = options;
  const { log, signal } = context;
  const connection = await connectNats(servers, context);
  const open = async () => {
    const manager = await jetstreamManager(connection);
    await ensureStream(manager, { name: STREAM, subjects: ["konnect.audit.>"] }, stream, log);
    const rejected = { name: REJECTED_STREAM, subjects: [REJECTED_SUBJECT] };
    await ensureStream(manager, rejected, { replicas: stream.replicas }, log);
  };
  // A starting cluster lacks a leader for some seconds.
  await pRetry(open, {
    retries: 10,
    maxTimeout: 5_000,
    signal,
    onFailedAttempt: ({ error }) => log.warn(`JetStream is not ready (${error.message}), retrying`),
  });
  const client = jetstream(connection, { timeout: timeoutMs });
  // A server that is restarted may have another limit.
  const mostBytes = () => (connection.info?.max_payload ?? MAX_PAYLOAD) - HEADERS;
  const file = new RejectedStore(state, modes);

  const publish = (subject: string, bytes: Uint8Array, id: string) =>
    client.publish(subject, bytes, { msgID: id, timeout: timeoutMs });

  async function reject(rejection: Rejection): Promise<void> {
    const { receivedAt: _, ...what } = rejection;
    const bytes = Buffer.from(safeJson(rejection));
    if (bytes.length <= mostBytes()) {
      // Konnect delivers again what was answered 500: it is kept once.
      const id = createHash("sha256").update(safeJson(what)).digest("hex");
      await publish(REJECTED_SUBJECT, bytes, id);
      return;
    }
    await makeFolder(state, modes);
    await file.append(rejection);
  }

  return {
    reject,
    async append(records) {
      const most = mostBytes();
      const long = records.filter(({ bytes }) => bytes.length > most);
      if (long.length > 0) {
        const problem = `${countOf(long.length, "record")} longer than the ${most} bytes that the NATS server takes`;
        log.warn(`rejected: ${problem}`);
        const what = { reason: "too_long", problem, records: long.map(rejectedRecord) };
        await reject({ receivedAt: new Date(), ...what });
      }
      const short = records.filter(({ bytes }) => bytes.length <= most);
      const acks = await Promise.all(
        short.map((record) => publish(subjectOf(record), record.bytes, record.id)),
      );
      return acks.filter(({ duplicate }) => !duplicate).length;
    },
    close: () => connection.drain(),
  };
}
