import { appendFile } from "node:fs/promises";
import type { AuditEvent } from "konnect-audit-logs/records";
import pRetry from "p-retry";

/** One record on its way to a SIEM. */
export interface Item {
  /** SHA-256 of the record's bytes. */
  id: string;
  raw: string;
  /** Undefined for a line that is no record. */
  event: AuditEvent | undefined;
}

/** What a target says of one record: taken, send it again, or never (with the reason). */
export type Verdict = "taken" | "retry" | { poison: string };

/** The target is busy or away: everything again, later. */
export class Busy extends Error {
  constructor(
    message: string,
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }
}

/** The target does not take this request as it is: smaller ones will show which record it is. */
export class Refused extends Error {}

/** A place that events are forwarded to. */
export interface Target {
  /** The most records and bytes of a request. */
  maxItems: number;
  maxBytes: number;
  /** One verdict for each item; throws {@link Busy} or {@link Refused} for all. */
  send(items: readonly Item[]): Promise<Verdict[]>;
}

export interface ForwardOptions {
  /** Where records go that the target never takes, with the reason: JSON Lines. */
  deadLetter: string;
  minTimeout?: number;
  maxTimeout?: number;
}

/**
 * Sends records until each is taken or is a dead letter; resolved only then. A poison record never blocks the others: a
 * refused request is halved until it stands alone.
 */
export async function forward(
  items: readonly Item[],
  target: Target,
  options: ForwardOptions,
): Promise<void> {
  for (const batch of batches(items, target)) await forwardBatch(batch, target, options);
}

async function forwardBatch(batch: readonly Item[], target: Target, options: ForwardOptions): Promise<void> {
  let left = batch;
  const { minTimeout = 1_000, maxTimeout = 60_000 } = options;
  const refused = await pRetry(
    async () => {
      const verdicts = await target.send(left).catch((error) => {
        if (error instanceof Refused) return error;
        throw error;
      });
      if (verdicts instanceof Refused) return verdicts;
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
      async shouldRetry({ error }) {
        if (!(error instanceof Busy)) return false;
        if (error.retryAfterMs > 0) await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs));
        return true;
      },
    },
  );
  if (refused === undefined) return;
  if (left.length === 1) return bury(left[0]!, refused.message, options);
  const middle = Math.ceil(left.length / 2);
  await forwardBatch(left.slice(0, middle), target, options);
  await forwardBatch(left.slice(middle), target, options);
}

async function bury({ id, raw }: Item, reason: string, { deadLetter }: ForwardOptions): Promise<void> {
  await appendFile(deadLetter, `${JSON.stringify({ id, reason, raw })}\n`, { flush: true });
}

function* batches(items: readonly Item[], { maxItems, maxBytes }: Target): Generator<Item[]> {
  let batch: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    // Targets wrap a record in names of their own: twice its size is enough for all of them.
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
