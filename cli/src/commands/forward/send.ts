import type { Log } from "../../output/log.js";
import { sayWaiting } from "../../output/waiting.js";
import type { AnyTarget, Encoded, Item } from "../../targets/target.js";
import { Busy, Refused } from "../../targets/verdict.js";
import { retryBusy } from "./retry-busy.js";

export interface SendOptions {
  /** Keeps a record that the target never accepts. Resolves when it is durable. */
  onRefused: (item: Item, reason: string) => Promise<void>;
  /** Called for each record that the target did not take, though it must not be sent again. */
  onRejected: (reason: string) => void;
  /** Called for each record that needs nothing more, whatever became of it. */
  onDone?: (item: Item) => void;
  /** Parallel requests. Default 4. */
  concurrency?: number;
  /** The first and the longest wait while the target is busy, in ms. Default 1,000 and 60,000. */
  minTimeout?: number;
  maxTimeout?: number;
  /** Called with the reason for each wait, and the wait in ms. Default: says it, at most every 10 s. */
  onWait?: (why: string, retryInMs: number) => void;
  /** Called for each request that is repeated. */
  onRetry?: () => void;
  log: Log;
  /** Ends the wait for a busy target. Nothing is marked as done then. */
  signal?: AbortSignal;
}

type Part = Encoded<string | Uint8Array>;

/** What stands between two records, or around one in an API's own encoding. */
const BETWEEN = 32;

/**
 * Sends records, and resolves once each is accepted or refused for good. A refused record never blocks the others: the request is
 * repeated without it, or halved until only that record is left.
 */
export async function send(items: readonly Item[], target: AnyTarget, options: SendOptions): Promise<void> {
  const queue = batches(items, target);
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const say = sayWaiting(options.log);
  const onWait = options.onWait ?? ((why, retryInMs) => say("the target", why, retryInMs));
  const work = async () => {
    for (const batch of queue) await sendBatch(batch, target, { ...options, onWait, signal });
  };
  const workers = Array.from({ length: options.concurrency ?? 4 }, () =>
    work().catch((error) => failed.abort(error)),
  );
  // No request is left in progress when this settles.
  await Promise.all(workers);
  if (failed.signal.aborted) throw signal.reason;
}

async function sendBatch(batch: readonly Part[], target: AnyTarget, options: SendOptions): Promise<void> {
  let left = batch;
  const { onRefused, onRejected } = options;
  const refused = await retryBusy(
    async () => {
      const verdicts = await target.send(left).catch((error) => {
        if (error instanceof Refused) return error;
        throw error;
      });
      if (verdicts instanceof Refused) return verdicts;
      if (verdicts.length !== left.length)
        throw new Error(`the target answered for ${verdicts.length} of ${left.length} records`);
      const again: Part[] = [];
      for (const [i, verdict] of verdicts.entries()) {
        const { item } = left[i]!;
        if (verdict === "retry") {
          again.push(left[i]!);
          continue;
        }
        if (verdict !== "taken" && "poison" in verdict) await onRefused(item, verdict.poison);
        else if (verdict !== "taken") onRejected(verdict.rejected);
        options.onDone?.(item);
      }
      left = again;
      if (left.length > 0) throw new Busy(`${left.length} records were not taken yet`);
      return undefined;
    },
    {
      ...{ minTimeout: options.minTimeout, maxTimeout: options.maxTimeout, signal: options.signal },
      onWait(why, retryInMs) {
        options.onRetry?.();
        options.onWait?.(why, retryInMs);
      },
    },
  );
  if (refused === undefined) return;
  const { message, index } = refused;
  const bad = left.length === 1 ? left[0] : index === undefined ? undefined : left[index];
  if (bad !== undefined) {
    await onRefused(bad.item, message);
    options.onDone?.(bad.item);
    const others = left.filter((one) => one !== bad);
    if (others.length > 0) await sendBatch(others, target, options);
    return;
  }
  const middle = Math.ceil(left.length / 2);
  await sendBatch(left.slice(0, middle), target, options);
  await sendBatch(left.slice(middle), target, options);
}

/** The requests, counted as they are sent. A record that is longer than a request gets one of its own. */
function* batches(items: readonly Item[], { maxItems, maxBytes, encode }: AnyTarget): Generator<Part[]> {
  let batch: Part[] = [];
  let bytes = 0;
  for (const item of items) {
    const text = encode(item);
    const size = Buffer.byteLength(text) + BETWEEN;
    if (batch.length > 0 && (batch.length === maxItems || bytes + size > maxBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push({ item, text, size });
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
