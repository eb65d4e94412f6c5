import { createHash } from "node:crypto";
import { fromPulledRecord } from "konnect-audit-logs";
import { modesOf } from "../../archive/files.js";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { type Connection, konnectNow } from "../../konnect/client.js";
import { countOf } from "../../output/count.js";
import { safeJson } from "../../output/escape.js";
import { createProgress } from "../../output/progress.js";
import { checkBaseUrl, OrganizationGuard } from "../../pulled/origin.js";
import { OutFile } from "../../pulled/out-file.js";
import { continued, loadState, newState, type PullFileState } from "../../pulled/state.js";
import { pulledText } from "../../pulled/text.js";
import { createFilter, filterText } from "../../query/filter.js";
import { isWithin } from "../../query/time-range.js";
import type { Health } from "../../service/health.js";
import { followLogs, type PullOptions, shareOf } from "./follow-logs.js";

type ToFile = PullOptions & { out: string; output: "raw" | "jsonl" };

/** Pulls into a file of JSON Lines. A later run continues it. Killed at any time, it loses and repeats nothing. */
export async function pullToFile(
  connections: readonly Connection[],
  options: PullOptions & { out: string },
  context: Context,
  health: Health,
): Promise<void> {
  const [connection, ...others] = connections as [Connection, ...Connection[]];
  if (others.length > 0)
    throw new ExitError(
      2,
      "--out takes the records of one region: pull several into archives with --folder DIR",
    );
  const { konnect, baseUrl } = connection;
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
    await run(connection, { state, file: opened.file }, { ...options, output }, context, health);
  } finally {
    await opened.file.close();
  }
}

function requestOf({ since, until, output, ...filters }: ToFile) {
  const text = [filterText(filters), output === "jsonl" ? "as events" : ""].filter(Boolean).join(" ");
  return { since, until, follow: false, filters: text };
}

async function run(
  connection: Connection,
  { state, file }: { state: PullFileState; file: OutFile<PullFileState> },
  options: ToFile,
  context: Context,
  health: Health,
): Promise<void> {
  const { konnect } = connection;
  const { out, output, limit = Number.POSITIVE_INFINITY } = options;
  const { since, until } = state;
  const filter = createFilter(options);
  const range = { since: new Date(since), until: until === undefined ? undefined : new Date(until) };
  const beyond = new Set(state.beyond);
  const guard = new OrganizationGuard(out, state.organization);
  const progress = createProgress(context);
  let lines: { at: number; line: string }[] = [];
  let taken = 0;
  const flush = async () => {
    state.records += lines.length;
    state.organization = guard.organization;
    // Konnect lists the newest first.
    lines.sort((a, b) => a.at - b.at);
    await file.append(
      lines.map(({ line }) => line),
      state,
    );
    lines = [];
  };
  const logs = followLogs(
    connection,
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
    health,
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
      lines.push({ at: event.time?.getTime() ?? 0, line });
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
