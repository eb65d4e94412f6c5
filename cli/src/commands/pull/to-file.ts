import { createHash } from "node:crypto";
import { fromPulledRecord, type KonnectClient } from "konnect-audit-logs";
import { modesOf } from "../../archive/files.js";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { konnectNow } from "../../konnect/client.js";
import { countOf } from "../../output/count.js";
import { safeJson } from "../../output/escape.js";
import { createProgress } from "../../output/progress.js";
import { checkBaseUrl, OrganizationGuard } from "../../pulled/origin.js";
import { OutFile } from "../../pulled/out-file.js";
import { continued, loadState, newState, type PullFileState } from "../../pulled/state.js";
import { pulledText } from "../../pulled/text.js";
import { createFilter, filterText } from "../../query/filter.js";
import { isWithin } from "../../query/time-range.js";
import { followLogs, type PullOptions, shareOf } from "./follow-logs.js";

type ToFile = PullOptions & { out: string; output: "raw" | "jsonl" };

/** Pulls into a file of JSON Lines. A later run continues it. Killed at any time, it loses and repeats nothing. */
export async function pullToFile(
  konnect: KonnectClient,
  baseUrl: string,
  options: PullOptions & { out: string },
  context: Context,
): Promise<void> {
  const { out, output = "raw", state: folder, append, fileMode } = options;
  if (options.follow)
    throw new ExitError(2, "--out takes finite pulls: follow into an archive with --folder DIR");
  if (output !== "raw" && output !== "jsonl")
    throw new ExitError(
      2,
      `--out takes --output raw (the records, default) or jsonl (events), not ${output}`,
    );
  const opened = await OutFile.open<PullFileState>(
    { out, state: folder, append, modes: modesOf(fileMode) },
    loadState,
    context,
  );
  try {
    const found = opened.state && { ...opened.state, beyond: opened.state.beyond ?? [] };
    if (found !== undefined && !Number.isSafeInteger(found.size))
      throw new ExitError(2, `${out}.checkpoint is not the checkpoint of a pull: pull into another file`);
    if (found !== undefined) checkBaseUrl(out, found, baseUrl);
    const asked = requestOf({ ...options, output });
    const now = await konnectNow(konnect, context.signal);
    const state: PullFileState = found
      ? continued(found, asked, now)
      : { ...newState(asked, now), size: opened.size, records: 0, beyond: [] };
    state.baseUrl = baseUrl;
    if (state.isDone)
      return context.log.info(`✓ done already: ${countOf(state.records, "record")} in ${out}`);
    await opened.file.begin(out, state);
    await run(konnect, { state, file: opened.file }, { ...options, output }, context);
  } finally {
    await opened.file.close();
  }
}

function requestOf({ since, until, output, ...filters }: ToFile) {
  const text = [filterText(filters), output === "jsonl" ? "as events" : ""].filter(Boolean).join(" ");
  return { since, until, follow: false, filters: text };
}

async function run(
  konnect: KonnectClient,
  { state, file }: { state: PullFileState; file: OutFile<PullFileState> },
  options: ToFile,
  context: Context,
): Promise<void> {
  const { out, output, limit = Number.POSITIVE_INFINITY } = options;
  const { since, until } = state;
  const filter = createFilter(options);
  const range = { since: new Date(since), until: until === undefined ? undefined : new Date(until) };
  const beyond = new Set(state.beyond);
  const guard = new OrganizationGuard(out, state.organization);
  const progress = createProgress(context);
  let lines: string[] = [];
  let taken = 0;
  const flush = async () => {
    state.records += lines.length;
    state.organization = guard.organization;
    await file.append(lines, state);
    lines = [];
  };
  const logs = followLogs(
    konnect,
    {
      ...options,
      since,
      until,
      checkpoint: state.checkpoint,
      async onCheckpoint(checkpoint) {
        if (!(await guard.confirm(konnect, context.signal))) return;
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
      guard.check(event);
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
  const all = taken === state.records ? "" : `, ${countOf(state.records, "record")} in all runs`;
  context.log.info(`✓ ${countOf(taken, "record")} written to ${out}${all}`);
}
