import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ExitError } from "../errors.js";
import { type Modes, replaceFile, undefinedIfMissing } from "./files.js";

/** A place in a segment. */
export interface SegmentPlace {
  /** The segment to read next, which may not exist yet: all earlier ones were read. */
  segment: number;
  /** The SHA-256 of the segment's first line: tells it from another segment with its number. Empty if none was read. */
  first: string;
  /** The bytes that were read, in whatever form the segment is: of the uncompressed text. */
  offset: number;
}

/** How far a reader has read an archive. */
export interface ArchivePosition extends SegmentPlace {
  /** `created` of the archive. Null for an archive of 1.0.0-rc.1. */
  created: string | null;
  /** The name of the segment before `segment`, if that was read: its number could be used again. */
  after?: string | undefined;
  /** Earlier segments that could not be read to their end. */
  behind: SegmentPlace[];
}

/** How far a reader has read a file, by the SHA-256 of its first line: the file may be renamed and compressed. */
export interface FilePosition {
  path: string;
  offset: number;
  /** The SHA-256 of the last line that was read. */
  last: string;
}

/** `positions/<reader>.json`. */
export interface ReaderState {
  version: 1;
  /** Whatever tells the target of the reader from another one. */
  target: Record<string, string>;
  archive?: ArchivePosition | undefined;
  files?: Record<string, FilePosition> | undefined;
  /** The ids of records behind the position that the target has taken: the last run was stopped between. */
  taken?: string[] | undefined;
}

export const POSITIONS = "positions";

/** @throws ExitError 2 for a file that is not a position */
export async function loadReader(folder: string, reader: string): Promise<ReaderState | undefined> {
  const path = join(folder, `${reader}.json`);
  const text = await readFile(path, "utf8").catch(undefinedIfMissing);
  if (text === undefined) return undefined;
  try {
    const state: ReaderState = JSON.parse(text);
    if (state.version === 1 && typeof state.target === "object" && isPlace(state.archive ?? { offset: 0 }))
      return state;
  } catch {
    // Said below.
  }
  throw new ExitError(2, `${path} is broken: restore it, or delete it to forward every record again`);
}

function isPlace({ offset }: { offset: unknown }): boolean {
  return typeof offset === "number" && Number.isSafeInteger(offset) && offset >= 0;
}

export async function saveReader(
  folder: string,
  reader: string,
  state: ReaderState,
  modes: Modes,
): Promise<void> {
  await replaceFile(join(folder, `${reader}.json`), `${JSON.stringify(state)}\n`, modes);
}

/** The names of the readers that have a position in a folder. */
export async function listReaders(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(undefinedIfMissing)) ?? [];
  return names.flatMap((name) => (name.endsWith(".json") ? [name.slice(0, -5)] : [])).sort();
}

/** How far a reader is. */
export interface ReaderProgress {
  reader: string;
  /** The segment to keep from: all earlier ones were read to their end. */
  segment: number;
  /** The segment that it reads next. */
  next: number;
}

/**
 * How far each reader of an archive is. One whose position cannot be read, or belongs to an earlier archive in the folder, has
 * read nothing.
 *
 * @param created null takes every position for one of this archive
 */
export async function readersOf(archive: string, created: string | null): Promise<ReaderProgress[]> {
  const folder = join(archive, POSITIONS);
  const readers: ReaderProgress[] = [];
  for (const reader of await listReaders(folder)) {
    const position = await loadReader(folder, reader).then(
      (state) => state?.archive,
      () => undefined,
    );
    const isSame = position !== undefined && isOf(position, created);
    const behind = position?.behind.map(({ segment }) => segment) ?? [];
    const next = isSame ? position.segment : 0;
    readers.push({ reader, next, segment: isSame ? Math.min(next, ...behind) : 0 });
  }
  return readers;
}

/** A position of an archive of 1.0.0-rc.1 stays valid when that archive is adopted. */
function isOf(position: ArchivePosition, created: string | null): boolean {
  return position.created === null || created === null || position.created === created;
}
