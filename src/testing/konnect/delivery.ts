import { request as httpRequest, STATUS_CODES } from "node:http";
import { request as httpsRequest } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { isLoopback } from "../../shared/urls.js";
import type { Channel, KeptDestination } from "./state.js";

/** Options of the delivery. */
export interface DeliveryOptions {
  contentEncoding: "gzip" | "application/gzip";
  /** Multiplies the waits and limits below. */
  timeScale: number;
  /** Called with the outcome of each batch. */
  onDelivery: ((delivery: Delivered) => void) | undefined;
}

/** The outcome of a batch. */
export interface Delivered {
  lines: readonly string[];
  /** False if delivery failed after the retries, or with a status that is not retried. */
  delivered: boolean;
  /** The last status. Undefined if the connection failed. */
  status: number | undefined;
}

/** The timing of Konnect's webhook, in ms. */
const MIN_WAIT = 1_000;
const MAX_WAIT = 30_000;
const MAX_RETRIES = 4;
const TIME_LIMIT = 30_000;
/** The shortest time limit, because a busy machine needs time to answer. */
const LEAST_TIME_LIMIT = 1_500;
/** How long records are collected into a batch. Not scaled. */
const BATCH_WAIT = 20;

interface Batch {
  channel: Channel;
  destination: KeptDestination;
  lines: string[];
}

/**
 * Delivers records to their destination in batches, with Konnect's retries: on a connection error, a 500 or a 429. Any other
 * error status loses the batch, as in Konnect. It connects to loopback addresses only.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #closing = new AbortController();
  #gathered: Batch[] = [];
  #running: Promise<void> = Promise.resolve();
  readonly #later = new Set<Promise<void>>();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  add(channel: Channel, destination: KeptDestination, lines: string[]): void {
    if (lines.length === 0) return;
    if (this.#gathered.length === 0) {
      this.#running = this.#running.then(() => this.#deliverGathered());
    }
    const batch = this.#gathered.find(
      (known) => known.channel === channel && known.destination === destination,
    );
    if (batch === undefined) this.#gathered.push({ channel, destination, lines });
    else batch.lines.push(...lines);
  }

  /** Resolves when nothing is left to deliver. */
  async settled(): Promise<void> {
    for (;;) {
      const running = this.#running;
      await Promise.all([running, ...this.#later]);
      if (running === this.#running && this.#later.size === 0) return;
    }
  }

  /** Calls a function after a scaled wait, unless it is closed before. */
  later(ms: number, work: () => void): void {
    const waited = this.#wait(ms * this.#options.timeScale).then(work, () => {});
    this.#later.add(waited);
    void waited.finally(() => this.#later.delete(waited));
  }

  /** Ends all waits and requests. Undelivered records are lost. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#running, ...this.#later]);
  }

  async #deliverGathered(): Promise<void> {
    try {
      await this.#wait(BATCH_WAIT);
      const batches = this.#gathered;
      this.#gathered = [];
      for (const batch of batches) await this.#deliver(batch);
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error;
    }
  }

  async #deliver({ channel, destination, lines }: Batch): Promise<void> {
    if (!isLoopback(new URL(destination.endpoint).hostname)) return;
    const body = gzipSync(lines.join("\n"));
    let status: number | undefined;
    for (let retry = 0; retry <= MAX_RETRIES; retry++) {
      if (retry > 0)
        await this.#wait(Math.min(MAX_WAIT, MIN_WAIT * 2 ** (retry - 1)) * this.#options.timeScale);
      const code = await this.#post(destination, body);
      if (this.#closing.signal.aborted) return;
      const message = code === undefined ? "the connection failed" : (STATUS_CODES[code] ?? "");
      channel.lastAttempt = { at: Date.now(), code, message };
      status = code;
      if (code !== undefined && code !== 500 && code !== 429) break;
    }
    const delivered = status !== undefined && status < 300;
    this.#options.onDelivery?.({ lines, delivered, status });
  }

  /** Undefined if the connection fails. Uses node:http, because a test may replace `fetch`. */
  #post(destination: KeptDestination, body: Buffer): Promise<number | undefined> {
    const request = destination.endpoint.startsWith("http:") ? httpRequest : httpsRequest;
    const { contentEncoding, timeScale } = this.#options;
    return new Promise((resolve) => {
      const outgoing = request(destination.endpoint, {
        method: "POST",
        headers: {
          authorization: destination.authorization,
          "content-type": "text/plain",
          "content-encoding": contentEncoding,
          "content-length": body.length,
        },
        // Without keep-alive, so that nothing stays open after close().
        agent: false,
        rejectUnauthorized: !destination.skip_ssl_verification,
        signal: this.#closing.signal,
        timeout: Math.max(TIME_LIMIT * timeScale, LEAST_TIME_LIMIT),
      });
      outgoing.on("response", (response) => {
        response.resume();
        response.on("close", () => resolve(response.statusCode));
      });
      outgoing.on("timeout", () => outgoing.destroy());
      outgoing.on("error", () => resolve(undefined));
      outgoing.end(body);
    });
  }

  async #wait(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#closing.signal });
  }
}
