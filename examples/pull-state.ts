import { open, readFile, rename } from "node:fs/promises";
import type { FollowCheckpoint, KonnectClient } from "konnect-audit-logs";

/** The position of a pull. Stored next to the file, and replaced as a whole. */
export interface PullState {
  /** The number of valid bytes in the file. The state does not cover the rest. */
  size: number;
  records: number;
  /** The window, fixed by the first run. */
  since: string;
  /** Absent while it follows forever. */
  until?: string;
  type?: string;
  checkpoint?: FollowCheckpoint;
  /** SHA-256 of the records in the file that the checkpoint does not cover: `--limit` stopped in the middle of a page. */
  beyond: string[];
  isDone: boolean;
}

/** The options of the command line. */
export interface PullWindow {
  since?: string | undefined;
  until?: string | undefined;
  type?: string | undefined;
  follow: boolean;
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
    if (!Number.isSafeInteger(state.size) || typeof state.since !== "string")
      throw new Error("members are missing");
    return { ...state, beyond: state.beyond ?? [], isDone: state.isDone === true };
  } catch (error) {
    const why = (error as Error).message;
    throw new Error(
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

/** The state of a first run. Konnect's clock fixes its window. */
export async function newState(konnect: KonnectClient, asked: PullWindow, size: number): Promise<PullState> {
  const until = asked.until ?? (asked.follow ? undefined : await now(konnect));
  const end = Date.parse(until ?? (await now(konnect)));
  const since = asked.since ?? new Date(end - WEEK).toISOString();
  const state: PullState = { size, records: 0, since, beyond: [], isDone: false };
  if (until !== undefined) state.until = until;
  if (asked.type !== undefined) state.type = asked.type;
  return state;
}

/**
 * The state of a later run. It resumes where the last one stopped, up to now or to `--until`.
 *
 * @throws Error for options that contradict the pulled records
 */
export async function continued(
  konnect: KonnectClient,
  state: PullState,
  asked: PullWindow,
): Promise<PullState> {
  const refuse = (option: string, given: string, was: string) => {
    throw new Error(
      `${option} ${given} contradicts what is in the file (${was}): pull into another file with --out`,
    );
  };
  if (asked.since !== undefined && !isSame(asked.since, state.since))
    refuse("--since", asked.since, `since ${state.since}`);
  if (asked.type !== undefined && asked.type !== state.type)
    refuse("--type", asked.type, state.type === undefined ? "every kind" : `only ${state.type}`);
  const { until: _, ...rest } = state;
  if (asked.follow) return { ...rest, isDone: false };
  const settled = state.isDone ? state.until : state.checkpoint?.settled;
  if (asked.until !== undefined && settled !== undefined && Date.parse(asked.until) < Date.parse(settled))
    refuse("--until", asked.until, `until ${settled}`);
  // After a kill, the next run finishes its window; the one after that continues.
  const isOpen = !state.isDone && state.until !== undefined;
  const until = asked.until ?? (isOpen ? state.until! : await now(konnect));
  const isDone = state.isDone && state.until !== undefined && isSame(until, state.until);
  return { ...rest, until, isDone };
}

function isSame(a: string, b: string): boolean {
  return Date.parse(a) === Date.parse(b);
}

/** Konnect's time, from any response: the previous second, because the current one may still get records. */
async function now(konnect: KonnectClient): Promise<string> {
  await konnect.getSigningKeys();
  return new Date((konnect.now() ?? Date.now()) - 1_000).toISOString();
}
