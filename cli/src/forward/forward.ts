import { appendFile } from "node:fs/promises";
import timers from "node:timers/promises";
import pRetry from "p-retry";
import type { Log } from "../output/log.js";
import { sayWaiting } from "../output/waiting.js";
import { Busy, type Item, Refused, type Target } from "./target.js";

export interface ForwardOptions {
  /** The file for records that the target never accepts, with the reason: JSON Lines. */
  deadLetter: string;
  /** Parallel requests. Default 4. */
  concurrency?: number;
  /** The first and the longest wait while the target is busy, in ms. Default 1,000 and 60,000. */
  minTimeout?: number;
  maxTimeout?: number;
  /** Called with the reason for each wait, and the wait in ms. Default: says it, at most every 10 s. */
  onWait?: (why: string, retryInMs: number) => void;
  /** Called for each record in the dead-letter file. */
  onDeadLetter?: () => void;
  log: Log;
  /** Ends the wait for a busy target. Nothing is marked as done then. */
  signal?: AbortSignal;
}

/** The longest wait, whatever Retry-After says, in ms. */
const LONGEST_WAIT = 300_000;

/**
 * Sends records, and resolves once each is accepted or is a dead letter. A refused record never blocks the others: the request is
 * repeated without it, or halved until only that record is left.
 */
export async function forward(
  items: readonly Item[],
  target: Target,
  options: ForwardOptions,
): Promise<void> {
  const queue = batches(items, target);
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const say = sayWaiting(options.log);
  const onWait = options.onWait ?? ((why, retryInMs) => say("the target", why, retryInMs));
  const work = async () => {
    for (const batch of queue) await forwardBatch(batch, target, { ...options, onWait, signal });
  };
  const workers = Array.from({ length: options.concurrency ?? 4 }, () =>
    work().catch((error) => failed.abort(error)),
  );
  // No request is left in progress when this settles.
  await Promise.all(workers);
  if (failed.signal.aborted) throw signal.reason;
}

async function forwardBatch(batch: readonly Item[], target: Target, options: ForwardOptions): Promise<void> {
  let left = batch;
  const { minTimeout = 1_000, maxTimeout = 60_000, signal } = options;
  const refused = await pRetry(
    async () => {
      const verdicts = await target.send(left).catch((error) => {
        if (error instanceof Refused) return error;
        throw error;
      });
      if (verdicts instanceof Refused) return verdicts;
      if (verdicts.length !== left.length)
        throw new Error(`the target answered for ${verdicts.length} of ${left.length} records`);
      const again: Item[] = [];
      for (const [i, verdict] of verdicts.entries()) {
        if (verdict === "retry") again.push(left[i]!);
        else if (verdict !== "taken") await bury(left[i]!, verdict.poison, options);
      }
      left = again;
      if (left.length > 0) throw new Busy(`${left.length} records were not taken yet`);
      return undefined;
    },
    {
      retries: Number.POSITIVE_INFINITY,
      minTimeout,
      maxTimeout,
      ...(signal && { signal }),
      async shouldRetry({ error, attemptNumber }) {
        if (!(error instanceof Busy)) return false;
        const backoff = Math.min(minTimeout * 2 ** (attemptNumber - 1), maxTimeout);
        options.onWait?.(error.message, Math.min(error.retryAfterMs, LONGEST_WAIT) + backoff);
        if (error.retryAfterMs > 0)
          await timers.setTimeout(Math.min(error.retryAfterMs, LONGEST_WAIT), undefined, {
            ...(signal && { signal }),
          });
        return true;
      },
    },
  );
  if (refused === undefined) return;
  const { message, index } = refused;
  const bad = left.length === 1 ? left[0] : index === undefined ? undefined : left[index];
  if (bad !== undefined) {
    await bury(bad, message, options);
    const others = left.filter((item) => item !== bad);
    if (others.length > 0) await forwardBatch(others, target, options);
    return;
  }
  const middle = Math.ceil(left.length / 2);
  await forwardBatch(left.slice(0, middle), target, options);
  await forwardBatch(left.slice(middle), target, options);
}

async function bury({ id, raw }: Item, reason: string, options: ForwardOptions): Promise<void> {
  const { deadLetter, onDeadLetter, log } = options;
  await appendFile(deadLetter, `${JSON.stringify({ id, reason, raw })}\n`, { flush: true });
  log.debug(`refused ${id}: ${reason}`);
  onDeadLetter?.();
}

function* batches(items: readonly Item[], { maxItems, maxBytes }: Target): Generator<Item[]> {
  let batch: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    // Targets wrap a record in more names; twice its size is enough for all of them.
    const size = 2 * Buffer.byteLength(item.raw) + 500;
    if (batch.length > 0 && (batch.length === maxItems || bytes + size > maxBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
