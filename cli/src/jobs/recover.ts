import { type FileHandle, open } from "node:fs/promises";
import { recoverGap, suggestGap, type TimeSpan } from "konnect-audit-logs";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import { createClient, konnectNow } from "../konnect/client.js";
import type { TimeOptions } from "../options/filters.js";
import type { KonnectOptions } from "../options/konnect.js";
import { countOf } from "../output/count.js";
import { escapeText } from "../output/escape.js";
import { createProgress } from "../output/progress.js";
import { pulledText } from "../pull/pulled-text.js";
import { timeRange } from "../records/time-range.js";

/** The options of `recover`. */
export interface RecoverOptions extends KonnectOptions, TimeOptions {
  pull?: true | undefined;
  out: string;
  pollMs: number;
  portal?: string | undefined;
}

/** Recovers a gap, and prints what was recovered and what is lost. */
export async function recover(options: RecoverOptions, context: Context): Promise<void> {
  const { log, signal } = context;
  const konnect = await createClient(options, context);
  if (options.since === undefined) {
    const { since, why } = await suggestGap(konnect, { portalId: options.portal, signal });
    log.info(`${since === undefined ? "" : `${since.toISOString()}: `}${why}`);
    throw new ExitError(2, "say where the gap begins: --since");
  }
  const { since, until } = timeRange(options, await konnectNow(konnect, signal));
  const progress = createProgress({ log });
  let file: FileHandle | undefined;
  let records = 0;
  let share = 0;
  try {
    const { replayed, pulled, lost } = await recoverGap(konnect, {
      since: since!,
      until,
      via: options.pull ? "pull" : "replay",
      pollMs: options.pollMs,
      portalId: options.portal,
      signal,
      async onRecord(record) {
        file ??= await open(options.out, "a");
        await file.appendFile(`${pulledText(record)}\n`);
        progress.at(share, ++records);
      },
      onProgress(part) {
        share = part.share;
        progress.at(share, records);
        log.debug(`${part.via} ${span(part)}: ${part.done ? "done" : "started"}`);
      },
    });
    await file?.sync();
    progress.end();
    const print = (text: string) => process.stdout.write(`${escapeText(text)}\n`);
    for (const part of replayed) print(`✓ delivered again: ${span(part)}`);
    for (const part of pulled)
      print(`✓ pulled: ${span(part)}, ${countOf(part.records, "record")} in ${options.out}`);
    for (const part of lost) print(`✗ lost: ${span(part)}: ${part.why}`);
    if (lost.length > 0) throw new ExitError(3, "a part of the gap could not be recovered");
  } finally {
    progress.end();
    await file?.close();
  }
}

function span({ since, until }: TimeSpan): string {
  return `${since.toISOString()} to ${until.toISOString()}`;
}
