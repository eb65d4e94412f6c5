import { readFile } from "node:fs/promises";
import type { FollowCheckpoint } from "konnect-audit-logs";
import { type Modes, replaceFile, undefinedIfMissing } from "../archive/files.js";
import { ExitError } from "../errors.js";
import type { Moment } from "../options/time.js";
import type { Origin } from "./origin.js";

/** Where a pull resumes. */
export interface PullState extends Origin {
  /** The window, fixed by the first run. */
  since: string;
  /** Absent while it follows forever. */
  until?: string;
  /** The filters and the format, as text: a later run must have the same. */
  filters: string;
  checkpoint?: FollowCheckpoint;
  isDone: boolean;
}

/** Where a pull into a file resumes. Stored beside the file. */
export interface PullFileState extends PullState {
  /** The number of valid bytes in the file. The state does not cover the rest. */
  size: number;
  records: number;
  /** SHA-256 of the records in the file that the checkpoint does not cover: `--limit` stopped in the middle of a page. */
  beyond: string[];
}

/** What the command line asks for. */
export interface PullRequest {
  since: Moment | undefined;
  until: Moment | undefined;
  follow: boolean;
  filters: string;
}

const WEEK = 7 * 24 * 3_600_000;

/** The state of a pull. Undefined if there is none. @throws ExitError 2 for a file that is not one */
export async function loadState<State extends PullState>(path: string): Promise<State | undefined> {
  const text = await readFile(path, "utf8").catch(undefinedIfMissing);
  if (text === undefined) return undefined;
  try {
    const state: State = JSON.parse(text);
    if (Number.isNaN(Date.parse(state.since))) throw new Error("members are missing");
    return { ...state, isDone: state.isDone === true };
  } catch (error) {
    const why = (error as Error).message;
    throw new ExitError(
      2,
      `${path} is not the checkpoint of a pull (${why}): restore it, or pull into another file`,
    );
  }
}

export async function saveState(path: string, state: Origin, modes: Modes): Promise<void> {
  await replaceFile(path, JSON.stringify(state), modes);
}

/** The state of a first run. `now` is Konnect's time, in ms since the epoch. */
export function newState(asked: PullRequest, now: number): PullState {
  const until = asked.until?.at(now) ?? (asked.follow ? undefined : new Date(now - 1_000));
  const since = asked.since?.at(now) ?? new Date((until?.getTime() ?? now) - WEEK);
  if (until && since >= until) throw new ExitError(2, "--since must be before --until");
  return {
    since: since.toISOString(),
    ...(until && { until: until.toISOString() }),
    filters: asked.filters,
    isDone: false,
  };
}

/**
 * The state of a later run. It resumes where the last one stopped, up to now or to `--until`.
 *
 * @throws ExitError 2 for options that contradict the pulled records
 */
export function continued<State extends PullState>(state: State, asked: PullRequest, now: number): State {
  const refuse = (option: string, given: string, was: string) => {
    throw new ExitError(
      2,
      `${option} ${given} contradicts what was pulled before (${was}): pull into another file or folder`,
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
  if (asked.follow && wanted === undefined) return { ...rest, isDone: false } as State;
  const settled = state.isDone ? state.until : state.checkpoint?.settled;
  if (wanted !== undefined && settled !== undefined && wanted.getTime() < Date.parse(settled))
    refuse("--until", wanted.toISOString(), `until ${settled}`);
  // After a kill, the next run finishes its window; the one after that continues.
  const isOpen = !state.isDone && state.until !== undefined;
  const until = wanted?.toISOString() ?? (isOpen ? state.until! : new Date(now - 1_000).toISOString());
  const isDone = state.isDone && state.until !== undefined && Date.parse(until) === Date.parse(state.until);
  return { ...rest, until, isDone } as unknown as State;
}
