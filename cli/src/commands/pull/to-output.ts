import { type AuditEvent, fromPulledRecord } from "konnect-audit-logs";
import type { Context } from "../../context.js";
import { type Connection, konnectNow } from "../../konnect/client.js";
import { createEventWriter } from "../../output/event-writer.js";
import { createProgress } from "../../output/progress.js";
import { pulledText } from "../../pulled/text.js";
import { createFilter } from "../../query/filter.js";
import { isWithin, pullRange } from "../../query/time-range.js";
import type { Health } from "../../service/health.js";
import { followLogs, type PullOptions } from "./follow-logs.js";
import { TimeMerge } from "./time-merge.js";

const WEEK = 7 * 24 * 3_600_000;
/** Records that are kept to be sorted. A poll that has more is sorted in parts. */
const MOST = 20_000;

/** A pulled record on its way to standard output. */
interface Pulled {
  raw: string;
  event: AuditEvent;
  region?: string | undefined;
}

/** Prints records downwards in time: each poll is sorted, and the regions are merged. */
export async function pullToOutput(
  connections: readonly Connection[],
  options: PullOptions,
  context: Context,
  health: Health,
): Promise<void> {
  const isSeveral = connections.length > 1;
  const filter = createFilter(options);
  const writer = createEventWriter({ ...options, hasRegions: isSeveral });
  const progress = createProgress(context);
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  let records = 0;
  const print = async (all: readonly Pulled[]) => {
    for (const record of all) {
      if (writer.isFull) break;
      await writer.write(record);
      records++;
      health.meter.add("records_total");
    }
    await writer.flush();
    const newest = all.at(-1)?.event.time?.getTime();
    if (newest !== undefined) {
      health.meter.set("last_record_timestamp_seconds", newest / 1_000);
      health.meter.set("last_stored_timestamp_seconds", Date.now() / 1_000);
    }
    if (writer.isFull) ended.abort();
    else if (!process.stdout.isTTY) progress.at(undefined, records);
  };
  // A follow prints what comes; records of a finite pull wait for the older ones of the other regions.
  const merge = new TimeMerge<Pulled>(options.follow ? [] : connections, print);
  const pullOne = async (connection: Connection) => {
    const now = await konnectNow(connection.konnect, signal);
    const range = pullRange(options, now);
    const since = range.since ?? new Date(options.follow ? now : now - WEEK);
    // The current second may still get records.
    const until = range.until ?? (options.follow ? undefined : new Date(now - 1_000));
    let batch: Pulled[] = [];
    const hand = async () => {
      const sorted = batch.sort((a, b) => a.event.time!.getTime() - b.event.time!.getTime());
      batch = [];
      if (sorted.length > 0) await merge.add(connection, sorted);
    };
    const asked = { ...options, since, until, onPoll: hand };
    for await (const log of followLogs(connection, asked, { ...context, signal }, health)) {
      const event = fromPulledRecord(log);
      // The records of one second are all in the same window, so some may be outside the range.
      if (!isWithin({ since, until }, event) || filter?.(event) === false) continue;
      batch.push({ raw: pulledText(log), event, ...(isSeveral && { region: connection.name }) });
      if (batch.length === MOST) await hand();
    }
    await hand();
    await merge.end(connection);
  };
  try {
    const all = connections.map((connection) =>
      pullOne(connection).catch(async (error) => {
        ended.abort(error);
        // The others must not wait for it.
        await merge.end(connection);
        throw error;
      }),
    );
    await Promise.allSettled(all);
    await Promise.all(all);
  } catch (error) {
    if (!writer.isFull) throw ended.signal.aborted && !context.signal.aborted ? ended.signal.reason : error;
  } finally {
    progress.end();
  }
  await writer.end();
}
