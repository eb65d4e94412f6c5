import { fromPulledRecord } from "konnect-audit-logs";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { baseUrlOf } from "../../konnect/base-url.js";
import { createClient, konnectNow } from "../../konnect/client.js";
import { createEventWriter } from "../../output/event-writer.js";
import { createProgress } from "../../output/progress.js";
import { pulledText } from "../../pulled/text.js";
import { createFilter } from "../../query/filter.js";
import { isWithin, timeRange } from "../../query/time-range.js";
import { followLogs, type PullOptions } from "./follow-logs.js";
import { pullToFile } from "./to-file.js";
import { pullToFolder } from "./to-folder.js";

const WEEK = 7 * 24 * 3_600_000;

/** Pulls to standard output, or to a file. */
export async function pull(options: PullOptions, context: Context): Promise<void> {
  const konnect = await createClient(options, context);
  const { folder, out } = options;
  if (folder !== undefined || out !== undefined) {
    const baseUrl = baseUrlOf(options);
    // The client would have refused it.
    if (baseUrl === undefined) throw new ExitError(2, "--region is required");
    if (folder !== undefined) return pullToFolder(konnect, baseUrl, { ...options, folder }, context);
    if (out !== undefined) return pullToFile(konnect, baseUrl, { ...options, out }, context);
  }
  const { log, signal } = context;
  const now = await konnectNow(konnect, signal);
  const range = timeRange(options, now);
  const since = range.since ?? new Date(options.follow ? now : now - WEEK);
  const until = range.until ?? (options.follow ? undefined : lastWholeSecond(now));
  const filter = createFilter(options);
  const writer = createEventWriter(options);
  const progress = createProgress({ log });
  let records = 0;
  try {
    for await (const record of followLogs(konnect, { ...options, since, until }, context)) {
      const event = fromPulledRecord(record);
      // The records of one second are all in the same window, so some may be outside the range.
      if (!isWithin({ since, until }, event) || filter?.(event) === false) continue;
      await writer.write({ raw: pulledText(record), event });
      if (writer.isFull) break;
      if (!process.stdout.isTTY) progress.at(undefined, ++records);
    }
  } finally {
    progress.end();
  }
  await writer.end();
}

/** The current second may still get records. */
function lastWholeSecond(now: number): Date {
  return new Date(now - 1_000);
}
