import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fromPulledRecord, type KonnectClient } from "konnect-audit-logs";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import { konnectNow } from "../konnect/client.js";
import { countOf } from "../output/count.js";
import { safeJson } from "../output/escape.js";
import { createProgress } from "../output/progress.js";
import { createFilter, filterText } from "../records/filter.js";
import { isWithin } from "../records/time-range.js";
import { takeLock } from "../state/lock.js";
import { followLogs, type PullOptions } from "./follow-logs.js";
import { continued, loadState, newState, type PullState, saveState } from "./pull-state.js";
import { pulledText } from "./pulled-text.js";

/** Pulls into a file of JSON Lines. A later run continues it. Killed at any time, it loses and repeats nothing. */
export async function pullToFile(
  konnect: KonnectClient,
  options: PullOptions & { out: string },
  context: Context,
): Promise<void> {
  const { out, output = "raw" } = options;
  if (output !== "raw" && output !== "jsonl")
    throw new ExitError(
      2,
      `--out takes --output raw (the records, default) or jsonl (events), not ${output}`,
    );
  const folder = options.state ?? dirname(out);
  await mkdir(folder, { recursive: true });
  const release = await takeLock(join(folder, basename(out)));
  try {
    const path = join(folder, `${basename(out)}.checkpoint`);
    const state = await openState(konnect, path, { ...options, output }, context);
    if (state.isDone)
      return context.log.info(`✓ done already: ${countOf(state.records, "record")} in ${out}`);
    const file = await open(out, "a");
    try {
      await file.truncate(state.size);
      await saveState(path, state);
      await run(konnect, { state, path, file }, { ...options, output }, context);
    } finally {
      await file.close();
    }
  } finally {
    await release();
  }
}

type ToFile = PullOptions & { out: string; output: "raw" | "jsonl" };

async function openState(
  konnect: KonnectClient,
  path: string,
  { out, since, until, follow, output, ...filters }: ToFile,
  { signal }: Context,
): Promise<PullState> {
  const found = await loadState(path);
  const size = await sizeOf(out);
  if (found !== undefined && size < found.size)
    throw new ExitError(
      2,
      `${out} is shorter than ${path} says: restore the file, or delete both and pull again`,
    );
  const text = [filterText(filters), output === "jsonl" ? "as events" : ""].filter(Boolean).join(" ");
  const asked = { since, until, follow: follow === true, filters: text };
  const now = await konnectNow(konnect, signal);
  return found ? continued(found, asked, now) : newState(asked, now, size);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

async function run(
  konnect: KonnectClient,
  { state, path, file }: { state: PullState; path: string; file: FileHandle },
  options: ToFile,
  context: Context,
): Promise<void> {
  const { out, output, limit = Number.POSITIVE_INFINITY } = options;
  const { since, until } = state;
  const filter = createFilter(options);
  const range = { since: new Date(since), until: until === undefined ? undefined : new Date(until) };
  const beyond = new Set(state.beyond);
  const progress = createProgress(context);
  let lines: string[] = [];
  let taken = 0;
  const flush = async () => {
    const bytes = Buffer.from(lines.join(""));
    state.records += lines.length;
    lines = [];
    // First the records, then the state that covers them. After a kill between the two, the records are removed and pulled again.
    if (bytes.length > 0) {
      await file.appendFile(bytes);
      await file.sync();
    }
    state.size += bytes.length;
    await saveState(path, state);
  };
  const logs = followLogs(
    konnect,
    {
      ...options,
      since,
      until,
      checkpoint: state.checkpoint,
      async onCheckpoint(checkpoint) {
        state.checkpoint = checkpoint;
        state.beyond = [];
        await flush();
        progress.at(shareOf(state), state.records);
      },
    },
    context,
  );
  let isCut = false;
  try {
    for await (const log of logs) {
      const event = fromPulledRecord(log);
      if (!isWithin(range, event) || filter?.(event) === false) continue;
      const line = `${output === "jsonl" ? safeJson(event) : pulledText(log)}\n`;
      const id = createHash("sha256").update(line).digest("base64url");
      state.beyond.push(id);
      if (beyond.delete(id)) continue;
      lines.push(line);
      isCut = ++taken >= limit;
      if (isCut) break;
    }
    state.isDone = !isCut;
    await flush();
  } finally {
    progress.end();
  }
  context.log.info(
    `✓ ${countOf(state.records, "record")} in ${out}${taken === state.records ? "" : `, ${taken} of them new`}`,
  );
}

/** How much of the window is settled, from 0 to 1. */
function shareOf({ since, until, checkpoint }: PullState): number | undefined {
  if (until === undefined || checkpoint?.settled === undefined) return undefined;
  const [begin, end] = [Date.parse(since), Date.parse(until)];
  return Math.min(1, Math.max(0, (Date.parse(checkpoint.settled) - begin) / (end - begin)));
}
