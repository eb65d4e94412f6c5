import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createReceiver, type ReceivedRecord, type Rejected } from "konnect-audit-logs/receiver";
import { createVerifier, type Verifier } from "konnect-audit-logs/signature";
import { rejectedRecord, type Sink } from "../../archive/sink.js";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { baseUrlOf } from "../../konnect/base-url.js";
import { keysFrom } from "../../konnect/keys.js";
import { proxyFetch } from "../../konnect/proxy.js";
import { siemToken } from "../../konnect/secrets.js";
import type { FilterOptions } from "../../options/filters.js";
import type { RegionOptions } from "../../options/konnect.js";
import type { OutputOptions } from "../../options/output.js";
import { countOf } from "../../output/count.js";
import type { Log } from "../../output/log.js";
import { openSink, type SinkOptions } from "./open-sink.js";
import { createShow } from "./show.js";

/** The options of `listen`. */
export interface ListenOptions extends SinkOptions, RegionOptions, FilterOptions, OutputOptions {
  host: string;
  port: number;
  cert?: string | undefined;
  key?: string | undefined;
  siemTokenFile?: string | undefined;
  keys?: string[] | undefined;
  requireValid?: true | undefined;
  maxConcurrent?: number | undefined;
  maxBodyBytes?: number | undefined;
  maxInflatedBytes?: number | undefined;
  maxLineBytes: number;
  bodyTimeoutMs?: number | undefined;
}

/** The receiver's limit of a decompressed delivery, unless the options have another. */
const MAX_INFLATED_BYTES = 64 * 2 ** 20;

/** Receives deliveries until a signal ends it. Finishes the batches in progress first. */
export async function listen(options: ListenOptions, context: Context): Promise<void> {
  const { log, signal } = context;
  const authorization = await siemToken(options.siemTokenFile);
  const verifier = await openVerifier(options, log);
  const tls = await readTls(options);
  const baseUrl = baseUrlOf(options);
  const origin = { baseUrls: baseUrl === undefined ? [] : [baseUrl], isVerified: verifier !== undefined };
  const sink = await openSink(options, origin, context);
  try {
    const show = createShow(options, verifier !== undefined);
    const full = new AbortController();
    const receiver = createReceiver({
      authorization,
      verifier,
      requireValid: options.requireValid,
      maxConcurrent: options.maxConcurrent,
      maxBodyBytes: options.maxBodyBytes,
      maxInflatedBytes: options.maxInflatedBytes,
      bodyTimeoutMs: options.bodyTimeoutMs,
      logger: { warn: log.warn },
      // A line that is too long is kept as rejected below, so that the rest of its batch is stored.
      maxLineBytes: options.maxInflatedBytes ?? MAX_INFLATED_BYTES,
      async onBatch({ records }) {
        if (sink !== undefined) await store(sink, records, options.maxLineBytes);
        warnAboutInvalid(records, log);
        if (show === undefined) return;
        await show(records);
        if (show.writer.isFull) full.abort();
      },
      onRejected: (rejected) => keepRejected(rejected, sink, log),
    });
    const server = tls ? createHttpsServer(tls, receiver.handler) : createHttpServer(receiver.handler);
    await startServer(server, options);
    const { address, port } = server.address() as AddressInfo;
    const host = address.includes(":") ? `[${address}]` : address;
    log.info(`✓ listening on ${tls ? "https" : "http"}://${host}:${port}`);
    const lost = sink?.lost ?? new AbortController().signal;
    const stopped = AbortSignal.any([signal, full.signal, lost]);
    if (!stopped.aborted) await once(stopped, "abort");
    await receiver.drain();
    server.closeAllConnections();
    server.close();
    await show?.writer.end();
    log.info(`✓ stopped after ${countOf(receiver.stats().records, "record")}`);
    lost.throwIfAborted();
  } finally {
    await sink?.close();
  }
}

/** Undefined if neither keys nor a region are known. */
async function openVerifier(options: ListenOptions, log: Log): Promise<Verifier | undefined> {
  const keys = await keysFrom(options.keys ?? [], options);
  if (keys === undefined) {
    if (options.requireValid) throw new ExitError(2, "--require-valid needs --keys or --region");
    log.info("Without --region or --keys signatures are not verified.");
    return undefined;
  }
  return createVerifier({ keys, fetch: proxyFetch });
}

async function readTls({ cert, key }: ListenOptions): Promise<{ cert: Buffer; key: Buffer } | undefined> {
  if (cert !== undefined && key !== undefined)
    return { cert: await readFile(cert), key: await readFile(key) };
  if (cert === undefined && key === undefined) return undefined;
  throw new ExitError(
    2,
    "--cert and --key belong together: give both for HTTPS, or none for HTTP behind a proxy",
  );
}

async function startServer(server: Server, { host, port }: ListenOptions): Promise<void> {
  server.listen(port, host);
  // Rejects with the error of the server.
  await once(server, "listening");
}

function warnAboutInvalid(records: readonly ReceivedRecord[], log: Log): void {
  const counts = new Map<string, number>();
  for (const { verification } of records)
    if (verification !== undefined && verification.status !== "valid")
      counts.set(verification.status, (counts.get(verification.status) ?? 0) + 1);
  if (counts.size === 0) return;
  const which = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
  log.warn(`a batch of ${countOf(records.length, "record")}: ${which}`);
}

/** Stores the records of a batch. One that is too long for a line of the archive is kept as rejected. */
async function store(sink: Sink, records: readonly ReceivedRecord[], maxLineBytes: number): Promise<void> {
  const long = records.filter(({ bytes }) => bytes.length > maxLineBytes);
  if (long.length === 0) return void (await sink.append(records));
  const problem = `${countOf(long.length, "record")} longer than ${maxLineBytes} bytes (--max-line-bytes)`;
  await sink.reject({
    receivedAt: new Date(),
    reason: "too_long",
    problem,
    records: long.map(rejectedRecord),
  });
  await sink.append(records.filter((record) => !long.includes(record)));
}

/** Keeps what the receiver rejected. */
async function keepRejected(
  { reason, problem, receivedAt, body, records }: Rejected,
  sink: Sink | undefined,
  log: Log,
): Promise<void> {
  log.warn(`rejected a delivery (${reason}): ${problem}`);
  await sink?.reject({
    receivedAt,
    reason,
    problem,
    body: body && Buffer.from(body).toString("base64"),
    records: records?.map(rejectedRecord),
  });
}
