import { once } from "node:events";
import { createReceiver, type Receiver } from "konnect-audit-logs/receiver";
import { createVerifier, type Verifier } from "konnect-audit-logs/signature";
import { archiveBytes } from "../../archive/segments.js";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { keysFrom } from "../../konnect/keys.js";
import { placesOf } from "../../konnect/places.js";
import { proxyFetch } from "../../konnect/proxy.js";
import { siemTokens } from "../../konnect/secrets.js";
import type { FilterOptions } from "../../options/filters.js";
import type { RegionOptions } from "../../options/konnect.js";
import type { OutputOptions } from "../../options/output.js";
import type { ServiceOptions } from "../../options/service.js";
import { countOf } from "../../output/count.js";
import type { Log } from "../../output/log.js";
import { openHealth } from "../../service/health.js";
import type { Meter } from "../../service/meter.js";
import { Reloader } from "../../service/reload.js";
import { untilStopped } from "../../service/until-stopped.js";
import { openSink, type SinkOptions } from "./open-sink.js";
import { type ServerOptions, startServer } from "./server.js";
import { createShow } from "./show.js";
import { DeliveryStore } from "./store.js";

/** The options of `listen`. */
export interface ListenOptions
  extends SinkOptions,
    RegionOptions,
    FilterOptions,
    OutputOptions,
    ServiceOptions,
    ServerOptions {
  siemTokenFile?: string[] | undefined;
  keys?: string[] | undefined;
  requireValid?: true | undefined;
  maxConcurrent?: number | undefined;
  maxBodyBytes?: number | undefined;
  maxInflatedBytes?: number | undefined;
  maxLineBytes: number;
  /** In ms. */
  bodyTimeout?: number | undefined;
}

/** The receiver's limit of a decompressed delivery, unless the options have another. */
const MAX_INFLATED_BYTES = 64 * 2 ** 20;

/** Receives deliveries until a signal ends it. Finishes the batches in progress first. */
export function listen(options: ListenOptions, context: Context): Promise<void> {
  return untilStopped(context, () => receive(options, context));
}

async function receive(options: ListenOptions, context: Context): Promise<void> {
  const { log, signal } = context;
  const reloader = new Reloader(context);
  let tokens: string[] = [];
  await reloader.watch("the SIEM's authorization", options.siemTokenFile ?? [], async () => {
    tokens = await siemTokens(options.siemTokenFile);
  });
  const verifier = await openVerifier(options, log);
  const baseUrls = placesOf(options).map(({ baseUrl }) => baseUrl);
  const health = await openHealth(options, "listen", context);
  const { meter } = health;
  const sink = await openSink(options, { baseUrls, isVerified: verifier !== undefined }, context);
  try {
    const show = createShow(options, verifier !== undefined);
    const store = new DeliveryStore({ sink, maxLineBytes: options.maxLineBytes, meter }, context);
    const full = new AbortController();
    const receiver = createReceiver({
      authorization: () => tokens,
      verifier,
      requireValid: options.requireValid,
      maxConcurrent: options.maxConcurrent,
      maxBodyBytes: options.maxBodyBytes,
      maxInflatedBytes: options.maxInflatedBytes,
      bodyTimeoutMs: options.bodyTimeout,
      logger: { warn: (text) => warnOnce(text, log) },
      // A line that is too long is kept as rejected by the store, so that the rest of its batch is stored.
      maxLineBytes: options.maxInflatedBytes ?? MAX_INFLATED_BYTES,
      async onBatch({ records }) {
        await store.add(records);
        if (show === undefined) return;
        await show(records);
        if (show.writer.isFull) full.abort();
      },
      onRejected: (rejected) => store.reject(rejected),
    });
    meter.onScrape(() => measure(receiver, meter, sink === undefined ? undefined : options));
    const server = await startServer(receiver.handler, options, { log, reloader });
    health.ready();
    log.info(`✓ listening on ${server.url}`, { url: server.url });
    const lost = sink?.lost ?? new AbortController().signal;
    const stopped = AbortSignal.any([signal, full.signal, lost]);
    if (!stopped.aborted) await once(stopped, "abort");
    await drain(receiver, options.drain, log);
    await server.close();
    await show?.writer.end();
    log.info(`✓ stopped after ${countOf(receiver.stats().records, "record")}`);
    lost.throwIfAborted();
  } finally {
    await sink?.close();
    await health.close();
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

/** Waits for the batches in progress. What is not done in time was not acknowledged, so Konnect delivers it again. */
async function drain(receiver: Receiver, ms: number, log: Log): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), ms);
  });
  const result = await Promise.race([receiver.drain(), timeout]);
  clearTimeout(timer);
  if (result === "late")
    log.warn(
      `${countOf(receiver.stats().active, "batch", "batches")} in progress after ${ms / 1_000} s (--drain): not acknowledged, so Konnect delivers it again`,
    );
}

async function measure(receiver: Receiver, meter: Meter, options: SinkOptions | undefined): Promise<void> {
  const { active, answers } = receiver.stats();
  meter.set("batches_in_progress", active);
  for (const [code, count] of Object.entries(answers)) meter.total("deliveries_total", count, { code });
  if (options !== undefined && options.jetstream === undefined)
    meter.set("archive_bytes", await archiveBytes(options.folder));
}

/** What is rejected is said by the store, with its reason. */
function warnOnce(text: string, log: Log): void {
  const message = text.replace(/^konnect-audit-logs receiver: /, "");
  if (!message.startsWith("rejected: ")) log.warn(message);
}
