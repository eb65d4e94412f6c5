import { readdirSync } from "node:fs";
import { join } from "node:path";
import { stored } from "../support/segments.js";
import type { Pod } from "./month-parts.js";

/** What happened in a month. */
interface Month {
  folder: string;
  /** The records that Konnect believes delivered. */
  delivered: readonly string[];
  lostByHand: ReadonlySet<string>;
  logs: readonly Pod[];
  /** The trace ids that each target took, each time. */
  targets: Record<string, readonly string[]>;
  killsForward: boolean;
}

/** What is wrong in the end. */
export function account({ folder, delivered, lostByHand, logs, targets, killsForward }: Month): string[] {
  const lines = stored(folder).split("\n").slice(0, -1);
  const kept = new Map<string, number>();
  for (const line of lines) kept.set(line, (kept.get(line) ?? 0) + 1);
  const wrong: string[] = [];
  const lost = delivered.filter((line) => !kept.has(line) && !lostByHand.has(line));
  const doubled = [...kept].filter(([, count]) => count > 1);
  if (lost.length > 0) wrong.push(`${lost.length} acknowledged records are not in the archive: ${lost[0]}`);
  if (doubled.length > 0) wrong.push(`${doubled.length} records are in the archive twice: ${doubled[0]![0]}`);
  const deleted = logs.filter(({ output }) => output.includes("! deleted "));
  if (deleted.length > 0) wrong.push(`retention deleted something: ${deleted[0]!.output}`);
  const traces = lines.map((line) => /trace_id=([\da-f]{32})/.exec(line)?.[1] ?? line);
  for (const [name, taken] of Object.entries(targets)) {
    const got = new Map<string, number>();
    for (const trace of taken) got.set(trace, (got.get(trace) ?? 0) + 1);
    const missing = traces.filter((trace) => !got.has(trace));
    if (missing.length > 0)
      wrong.push(`${name} lacks ${missing.length} of ${traces.length} records: ${missing[0]}`);
    const twice = [...got].filter(([, count]) => count > 1).length;
    if (!killsForward && twice > 0)
      wrong.push(`${name} has ${twice} records twice, though nothing was killed`);
  }
  const left = readdirSync(join(folder, "positions")).filter((one) => one.endsWith("dead-letter.jsonl"));
  if (left.length > 0) wrong.push(`dead letters are left: ${left.join(", ")}`);
  return wrong;
}
