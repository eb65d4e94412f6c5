import { recoverGap, suggestGap, type TimeSpan } from "konnect-audit-logs";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { connect, konnectNow } from "../../konnect/client.js";
import { countOf } from "../../output/count.js";
import { escapeText } from "../../output/escape.js";
import { createProgress } from "../../output/progress.js";
import { pullRange } from "../../query/time-range.js";
import type { RecoverOptions } from "./options.js";
import { OUT, openStore, type RecoveredStore } from "./store.js";

/** Recovers a gap, and prints what was recovered and what is lost. */
export async function recover(options: RecoverOptions, context: Context): Promise<void> {
  const { log, signal } = context;
  const { konnect, baseUrl } = await connect(options, "recover", context);
  if (options.since === undefined) {
    const { since, why } = await suggestGap(konnect, { portalId: options.portal, signal });
    log.info(`${since === undefined ? "" : `${since.toISOString()}: `}${why}`);
    throw new ExitError(2, "say where the gap begins: --since");
  }
  const { since, until } = pullRange(options, await konnectNow(konnect, signal));
  const progress = createProgress({ log });
  let store: RecoveredStore | undefined;
  let records = 0;
  let share = 0;
  try {
    const { replayed, pulled, lost } = await recoverGap(konnect, {
      since: since!,
      until,
      via: options.pull ? "pull" : "replay",
      pollMs: options.poll,
      portalId: options.portal,
      signal,
      async onRecord(record) {
        store ??= await openStore(options, baseUrl, context);
        await store.add(record);
        progress.at(share, ++records);
      },
      onProgress(part) {
        share = part.share;
        progress.at(share, records);
        log.debug(`${part.via} ${span(part)}: ${part.done ? "done" : "started"}`);
      },
    });
    const fresh = (await store?.flush()) ?? 0;
    progress.end();
    const print = (text: string) => process.stdout.write(`${escapeText(text)}\n`);
    for (const part of replayed) print(`✓ delivered again: ${span(part)}`);
    for (const part of pulled) print(`✓ pulled: ${span(part)}, ${countOf(part.records, "record")}`);
    if (pulled.length > 0)
      print(`✓ ${countOf(fresh, "new record")} in ${options.folder ?? options.out ?? OUT}`);
    for (const part of lost) print(`✗ lost: ${span(part)}: ${part.why}`);
    if (lost.length > 0) throw new ExitError(3, "a part of the gap could not be recovered");
  } finally {
    progress.end();
    await store?.close();
  }
}

function span({ since, until }: TimeSpan): string {
  return `${since.toISOString()} to ${until.toISOString()}`;
}
