import { join } from "node:path";
import { fromPulledRecord } from "konnect-audit-logs";
import { archivesIn, hasArchive } from "../../archive/archives.js";
import { modesOf, statIfAny } from "../../archive/files.js";
import { archiveBytes } from "../../archive/segments.js";
import type { SinkRecord } from "../../archive/sink.js";
import { ArchiveWriter } from "../../archive/writer.js";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { type Connection, konnectNow } from "../../konnect/client.js";
import { countOf } from "../../output/count.js";
import { createProgress } from "../../output/progress.js";
import { OrganizationGuard } from "../../pulled/origin.js";
import { continued, loadState, newState, type PullState, saveState } from "../../pulled/state.js";
import { pulledRecord } from "../../pulled/text.js";
import { createFilter, filterText } from "../../query/filter.js";
import { isWithin } from "../../query/time-range.js";
import type { Health } from "../../service/health.js";
import { followLogs, type PullOptions, shareOf } from "./follow-logs.js";

/** How many records are stored at a time. */
const BATCH = 1_000;

type ToFolder = PullOptions & { folder: string };

/** Pulls into an archive folder, or of several regions into an archive for each, `DIR/<region>/`. */
export async function pullToFolders(
  connections: readonly Connection[],
  options: ToFolder,
  context: Context,
  health: Health,
): Promise<void> {
  const { folder } = options;
  const archives =
    (await statIfAny(folder))?.isDirectory() && (await hasArchive(folder)) ? await archivesIn(folder) : [];
  const isSeveral = connections.length > 1;
  // An archive in the folder itself would hide those of the regions from every reader.
  if (isSeveral && archives.includes(folder))
    throw new ExitError(
      2,
      `${folder} is the archive of one region: pull several regions into another folder`,
    );
  if (!isSeveral && archives.length > 0 && !archives.includes(folder))
    throw new ExitError(
      2,
      `${folder} has an archive for each region: give one of them, such as ${archives[0]}`,
    );
  health.meter.set("last_stored_timestamp_seconds", Date.now() / 1_000);
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const folders = connections.map(({ name }) =>
    isSeveral ? join(folder, name.replaceAll(":", "-")) : folder,
  );
  health.meter.onScrape(async () => {
    const sizes = await Promise.all(folders.map((one) => archiveBytes(one).catch(() => 0)));
    health.meter.set(
      "archive_bytes",
      sizes.reduce((sum, size) => sum + size, 0),
    );
  });
  const all = connections.map((connection, i) => {
    const own = folders[i]!;
    return pullToFolder(connection, { ...options, folder: own }, { ...context, signal }, health).catch(
      (error) => {
        // The others stop too, with their positions saved.
        failed.abort(error);
        throw error;
      },
    );
  });
  await Promise.allSettled(all);
  if (failed.signal.aborted) throw failed.signal.reason;
}

/** Pulls into an archive folder. A later run continues it. Killed at any time, it loses and repeats nothing. */
async function pullToFolder(
  connection: Connection,
  options: ToFolder,
  context: Context,
  health: Health,
): Promise<void> {
  const { konnect, baseUrl } = connection;
  const { folder, output = "raw", keep, segmentAge, fileMode, follow, since, until } = options;
  if (output !== "raw")
    throw new ExitError(
      2,
      `an archive has the records as Konnect returned them: leave out --output ${output}`,
    );
  const modes = modesOf(fileMode);
  const writer = await ArchiveWriter.open(
    {
      ...{ folder, modes, source: "pull", baseUrls: [baseUrl], keepMs: keep, keepSilent: options.keepSilent },
      ...{ compress: options.compress, maxBytes: options.maxBytes, segmentBytes: options.segmentBytes },
      segmentAgeMs: segmentAge,
    },
    context,
  );
  try {
    const path = join(folder, "pull.json");
    const found = await loadState<PullState>(path);
    const asked = { since, until, follow: follow === true, filters: filterText(options) };
    const now = await konnectNow(konnect, context.signal);
    const state = found ? continued(found, asked, now) : newState(asked, now);
    if (state.isDone)
      return context.log.info(`✓ done already: ${folder} has the records until ${state.until}`);
    const save = () => saveState(path, state, modes);
    await save();
    const signal = AbortSignal.any([context.signal, writer.lost]);
    await run(connection, { writer, state, save }, options, { ...context, signal }, health);
  } catch (error) {
    writer.lost.throwIfAborted();
    throw error;
  } finally {
    await writer.close();
  }
}

async function run(
  connection: Connection,
  { writer, state, save }: { writer: ArchiveWriter; state: PullState; save: () => Promise<void> },
  options: ToFolder,
  context: Context,
  health: Health,
): Promise<void> {
  const { konnect } = connection;
  const { meter } = health;
  const { folder, limit = Number.POSITIVE_INFINITY } = options;
  const filter = createFilter(options);
  const until = state.until === undefined ? undefined : new Date(state.until);
  const range = { since: new Date(state.since), until };
  const guard = new OrganizationGuard(folder, writer.info.organization);
  const progress = createProgress(context);
  let batch: SinkRecord[] = [];
  let taken = 0;
  const flush = async () => {
    // Konnect lists the newest first.
    batch.sort((a, b) => (a.event?.time?.getTime() ?? 0) - (b.event?.time?.getTime() ?? 0));
    const stored = await writer.append(batch);
    taken += stored;
    meter.add("records_total", stored);
    if (stored > 0) meter.set("last_stored_timestamp_seconds", Date.now() / 1_000);
    const newest = batch.at(-1)?.event?.time?.getTime();
    if (newest !== undefined) meter.set("last_record_timestamp_seconds", newest / 1_000);
    batch = [];
  };
  const logs = followLogs(
    connection,
    {
      ...options,
      ...range,
      checkpoint: state.checkpoint,
      async onCheckpoint(checkpoint) {
        if (!(await guard.confirm(konnect, context.signal))) return;
        // First the records, then the state that covers them: what a kill repeats has an id that the archive knows.
        await flush();
        state.checkpoint = checkpoint;
        await save();
        progress.at(shareOf(state), taken);
      },
    },
    context,
    health,
  );
  let isCut = false;
  try {
    for await (const log of logs) {
      const event = fromPulledRecord(log);
      guard.check(event);
      if (!isWithin(range, event) || filter?.(event) === false) continue;
      batch.push(pulledRecord(log, event));
      if (batch.length < Math.min(BATCH, limit - taken)) continue;
      await flush();
      isCut = taken >= limit;
      if (isCut) break;
    }
    await flush();
    state.isDone = !isCut;
    await save();
  } finally {
    progress.end();
  }
  context.log.info(`✓ ${countOf(taken, "record")} stored in ${folder}`);
}
