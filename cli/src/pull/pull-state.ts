import { open, readFile, rename } from "node:fs/promises";
import type { FollowCheckpoint } from "konnect-audit-logs";
import { ExitError } from "../errors.js";
import type { Moment } from "../options/time.js";

/** The position of a pull. Stored beside the file, and replaced as a whole. */
export interface PullState {
  /** The number of valid bytes in the file. The state does not cover the rest. */
  size: number;
  records: number;
  /** The window, fixed by the first run. */
  since: string;
  /** Absent while it follows forever. */
  until?: string;
  /** The filters and the format, as text: a later run must have the same. */
  filters: string;
  checkpoint?: FollowCheckpoint;
  /** SHA-256 of the records in the file that the checkpoint does not cover: `--limit` stopped in the middle of a page. */
  beyond: string[];
  isDone: boolean;
}

/** What the command line asks for. */
export interface PullRequest {
  since: Moment | undefined;
  until: Moment | undefined;
  follow: boolean;
  filters: string;
}

const WEEK = 7 * 24 * 3_600_000;

export async function loadState(path: string): Promise<PullState | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const state: PullState = JSON.parse(text);
    if (!Number.isSafeInteger(state.size) || Number.isNaN(Date.parse(state.since)))
      throw new Error("members are missing");
    return { ...state, beyond: state.beyond ?? [], isDone: state.isDone === true };
  } catch (error) {
    const why = (error as Error).message;
    throw new ExitError(
      2,
      `${path} is not the checkpoint of a pull (${why}): restore it, or pull into another file`,
    );
  }
}

/** Writes the state atomically: a new file replaces the old one. */
export async function saveState(path: string, state: PullState): Promise<void> {
  const file = await open(`${path}.new`, "w");
  try {
    await file.writeFile(JSON.stringify(state));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

/** The state of a first run. `now` is Konnect's time, in ms since the epoch. */
export function newState(asked: PullRequest, now: number, size: number): PullState {
  const until = asked.until?.at(now) ?? (asked.follow ? undefined : new Date(now - 1_000));
  const since = asked.since?.at(now) ?? new Date((until?.getTime() ?? now) - WEEK);
  if (until && since >= until) throw new ExitError(2, "--since must be before --until");
  return {
    size,
    records: 0,
    since: since.toISOString(),
    ...(until && { until: until.toISOString() }),
    filters: asked.filters,
    beyond: [],
    isDone: false,
  };
}

/**
 * The state of a later run. It resumes where the last one stopped, up to now or to `--until`.
 *
 * @throws ExitError 2 for options that contradict the pulled records
 */
export function continued(state: PullState, asked: PullRequest, now: number): PullState {
  const refuse = (option: string, given: string, was: string) => {
    throw new ExitError(
      2,
      `${option} ${given} contradicts what is in the file (${was}): pull into another file with --out`,
    );
  };
  const since = asked.since?.at(now);
  const begins = Date.parse(state.since);
  // An age is another time in each run, and the file goes on from where it stands.
  const isOther = asked.since?.isRelative ? since!.getTime() < begins - 60_000 : since?.getTime() !== begins;
  if (since !== undefined && isOther) refuse("--since", since.toISOString(), `since ${state.since}`);
  if (asked.filters !== state.filters)
    refuse(
      "--type, a filter or --output",
      asked.filters,
      state.filters === "" ? "every record" : `only ${state.filters}`,
    );
  const { until: _, ...rest } = state;
  const wanted = asked.until?.at(now);
  if (asked.follow && wanted === undefined) return { ...rest, isDone: false };
  const settled = state.isDone ? state.until : state.checkpoint?.settled;
  if (wanted !== undefined && settled !== undefined && wanted.getTime() < Date.parse(settled))
    refuse("--until", wanted.toISOString(), `until ${settled}`);
  // After a kill, the next run finishes its window; the one after that continues.
  const isOpen = !state.isDone && state.until !== undefined;
  const until = wanted?.toISOString() ?? (isOpen ? state.until! : new Date(now - 1_000).toISOString());
  const isDone = state.isDone && state.until !== undefined && Date.parse(until) === Date.parse(state.until);
  return { ...rest, until, isDone };
}
