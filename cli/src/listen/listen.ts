import { once } from "node:events";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createReceiver, type ReceivedRecord, type Rejected } from "konnect-audit-logs/receiver";
import { createVerifier, type Verifier } from "konnect-audit-logs/signature";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import { engineOf } from "../konnect/engine.js";
import { keySources, readKeys } from "../konnect/keys.js";
import { siemToken } from "../konnect/secrets.js";
import type { EngineName } from "../options/engine.js";
import type { FilterOptions } from "../options/filters.js";
import type { RegionOptions } from "../options/konnect.js";
import type { OutputOptions } from "../options/output.js";
import { countOf } from "../output/count.js";
import { safeJson } from "../output/escape.js";
import { createEventWriter, type EventWriter } from "../output/event-writer.js";
import type { Log } from "../output/log.js";
import { createFilter } from "../records/filter.js";
import { openSink, type SinkOptions } from "./open-sink.js";

/** The options of `listen`. */
export interface ListenOptions extends SinkOptions, RegionOptions, FilterOptions, OutputOptions {
  host: string;
  port: number;
  cert?: string | undefined;
  key?: string | undefined;
  siemTokenFile?: string | undefined;
  keys?: string[] | undefined;
  engine: EngineName;
  requireValid?: true | undefined;
  maxConcurrent?: number | undefined;
  maxBodyBytes?: number | undefined;
  maxInflatedBytes?: number | undefined;
  bodyTimeoutMs?: number | undefined;
}

/** Receives deliveries until a signal ends it. Finishes the batches in progress first. */
export async function listen(options: ListenOptions, context: Context): Promise<void> {
  const { log, signal } = context;
  const authorization = await siemToken(options.siemTokenFile);
  const verifier = await openVerifier(options, log);
  const tls = await readTls(options);
  const sink = await openSink(options, context);
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
      // NATS takes messages of 1 MiB, headers included.
      ...(options.jetstream !== undefined && { maxLineBytes: 1_000_000 }),
      async onBatch({ records }) {
        await sink?.append(records);
        warnAboutInvalid(records, log);
        if (show === undefined) return;
        await show(records);
        if (show.writer.isFull) full.abort();
      },
      onRejected: (rejected) => keepRejected(rejected, options, log),
    });
    const server = tls ? createHttpsServer(tls, receiver.handler) : createHttpServer(receiver.handler);
    await startServer(server, options);
    const { address, port } = server.address() as AddressInfo;
    const host = address.includes(":") ? `[${address}]` : address;
    log.info(`✓ listening on ${tls ? "https" : "http"}://${host}:${port}`);
    const stopped = AbortSignal.any([signal, full.signal]);
    if (!stopped.aborted) await once(stopped, "abort");
    await receiver.drain();
    server.closeAllConnections();
    server.close();
    await show?.writer.end();
    log.info(`✓ stopped after ${countOf(receiver.stats().records, "record")}`);
  } finally {
    await sink?.close();
  }
}

/** Undefined if neither keys nor a region are known. */
async function openVerifier(options: ListenOptions, log: Log): Promise<Verifier | undefined> {
  const sources = keySources(options.keys ?? [], options);
  if (sources === undefined) {
    if (options.requireValid) throw new ExitError(2, "--require-valid needs --keys or --region");
    log.info("Without --region or --keys signatures are not verified.");
    return undefined;
  }
  const files = sources.filter((source) => !/^https?:/.test(source));
  // A file that is missing or broken is found now. URLs are fetched when a record needs a key, and refetched after a rotation.
  const fromFiles = files.length > 0 ? await readKeys(files) : undefined;
  const engine = engineOf(options.engine, log);
  if (fromFiles !== undefined && files.length === sources.length)
    return createVerifier({ keys: fromFiles, engine });
  return createVerifier({ keys: sources.length === 1 ? sources[0]! : () => readKeys(sources), engine });
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

interface Show {
  (records: readonly ReceivedRecord[]): Promise<void>;
  writer: EventWriter;
}

/** Prints records: on a terminal, with `--stdout`, and with an option that chooses what is printed. */
function createShow(options: ListenOptions, isVerified: boolean): Show | undefined {
  const filter = createFilter(options);
  const { stdout, output, columns, limit } = options;
  const isWanted = stdout || [output, columns, limit, filter].some((option) => option !== undefined);
  if (!isWanted && !process.stdout.isTTY) return undefined;
  const writer = createEventWriter({ ...options, isVerified });
  const show = async (records: readonly ReceivedRecord[]) => {
    for (const { bytes, event, verification } of records) {
      if (filter && (event === undefined || !filter(event))) continue;
      await writer.write({ raw: bytes, event, verification });
    }
    await writer.flush();
  };
  return Object.assign(show, { writer });
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

/** Keeps what was rejected in `rejected.jsonl`, if there is a folder for it. */
async function keepRejected(
  { reason, problem, receivedAt, body, records }: Rejected,
  { state, folder, jetstream, stdout }: ListenOptions,
  log: Log,
): Promise<void> {
  log.warn(`rejected a delivery (${reason}): ${problem}`);
  const where = state ?? (jetstream === undefined && !stdout ? folder : undefined);
  if (where === undefined) return;
  const line = {
    receivedAt,
    reason,
    problem,
    body: body && Buffer.from(body).toString("base64"),
    records: records?.map(({ text, verification }) => ({ text, verification })),
  };
  await mkdir(where, { recursive: true });
  await appendFile(join(where, "rejected.jsonl"), `${safeJson(line)}\n`, { flush: true });
}
