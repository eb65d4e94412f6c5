import { join } from "node:path";
import { fromPulledRecord, type KonnectClient } from "konnect-audit-logs";
import { modesOf } from "../../archive/files.js";
import type { SinkRecord } from "../../archive/sink.js";
import { ArchiveWriter } from "../../archive/writer.js";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { konnectNow } from "../../konnect/client.js";
import { countOf } from "../../output/count.js";
import { createProgress } from "../../output/progress.js";
import { OrganizationGuard } from "../../pulled/origin.js";
import { continued, loadState, newState, type PullState, saveState } from "../../pulled/state.js";
import { pulledRecord } from "../../pulled/text.js";
import { createFilter, filterText } from "../../query/filter.js";
import { isWithin } from "../../query/time-range.js";
import { followLogs, type PullOptions, shareOf } from "./follow-logs.js";

/** How many records are stored at a time. */
const BATCH = 1_000;

/** Pulls into an archive folder. A later run continues it. Killed at any time, it loses and repeats nothing. */
export async function pullToFolder(
  konnect: KonnectClient,
  baseUrl: string,
  options: PullOptions & { folder: string },
  context: Context,
): Promise<void> {
  const { folder, output = "raw", keep, segmentAge, fileMode, follow, since, until } = options;
  if (options.out !== undefined)
    throw new ExitError(2, "--out and --folder cannot be combined: give one of them");
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
    await run(konnect, { writer, state, save }, options, { ...context, signal });
  } catch (error) {
    writer.lost.throwIfAborted();
    throw error;
  } finally {
    await writer.close();
  }
}

async function run(
  konnect: KonnectClient,
  { writer, state, save }: { writer: ArchiveWriter; state: PullState; save: () => Promise<void> },
  options: PullOptions & { folder: string },
  context: Context,
): Promise<void> {
  const { folder, limit = Number.POSITIVE_INFINITY } = options;
  const filter = createFilter(options);
  const until = state.until === undefined ? undefined : new Date(state.until);
  const range = { since: new Date(state.since), until };
  const guard = new OrganizationGuard(folder, writer.info.organization);
  const progress = createProgress(context);
  let batch: SinkRecord[] = [];
  let taken = 0;
  const flush = async () => {
    taken += await writer.append(batch);
    batch = [];
  };
  const logs = followLogs(
    konnect,
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
