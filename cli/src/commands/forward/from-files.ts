import { join, resolve } from "node:path";
import { type Modes, makeFolder } from "../../archive/files.js";
import { Lease } from "../../archive/lease.js";
import { type FilePosition, loadReader, saveReader } from "../../archive/positions.js";
import { fingerprint, type ReadLine, readLines } from "../../archive/read-lines.js";
import { listSegments, pathOf, textSizeOf } from "../../archive/segments.js";
import type { Context } from "../../context.js";
import { type Source, sourcesOf } from "../../inputs/sources.js";
import { createProgress } from "../../output/progress.js";
import type { Forwarder } from "./options.js";
import { checkIdentity } from "./reader-name.js";
import type { Tally } from "./tally.js";

/** Where the positions in files are. */
export interface FileForwardOptions {
  reader: string;
  identity: Record<string, string>;
  state: string;
  size: number;
  modes: Modes;
}

/** The most bytes that are sent at a time. */
const PART_BYTES = 16 * 2 ** 20;

/**
 * Forwards the lines of files after the position of this reader. A file is known by its first record, so that it may be renamed
 * and compressed. A last line without a line feed is still being written, and waits.
 */
export async function forwardFiles(
  args: readonly string[],
  { reader, identity, state: folder, size, modes }: FileForwardOptions,
  forwarder: Forwarder,
  context: Context,
): Promise<void> {
  const sources = await sourcesOf(args, context.log);
  await makeFolder(folder, modes);
  const lease = await Lease.take(join(folder, `${reader}.lease`), context, modes);
  const progress = createProgress(context);
  try {
    const state = (await loadReader(folder, reader)) ?? { version: 1, target: identity };
    checkIdentity(reader, state.target, identity);
    const files = state.files ?? {};
    state.files = files;
    const taken = new Set(state.taken);
    delete state.taken;
    for (const source of sources) {
      const save = async () => {
        lease.check();
        await saveReader(folder, reader, state, modes);
        progress.at(undefined, forwarder.tally.sent);
      };
      await forwardSource(source, { files, taken, size, save }, forwarder).catch(async (error) => {
        if (!(error instanceof SourceError)) {
          // Stopped while the target is down: the next run leaves out what it has taken.
          lease.check();
          if (taken.size > 0) await saveReader(folder, reader, { ...state, taken: [...taken] }, modes);
          throw error;
        }
        forwarder.tally.breakOff({ name: source.name, error: error.cause as Error });
      });
    }
    forwarder.tally.notGiven.push(...(await unreadSegments(sources, files)));
  } finally {
    progress.end();
    await lease.release();
  }
}

/** An error of a source, not of the target. */
class SourceError extends Error {}

/** Where the lines behind a position are, and how they are kept. */
interface Positions {
  files: Record<string, FilePosition>;
  /** The ids of records behind a position that the target has taken. */
  taken: Set<string>;
  size: number;
  save: () => Promise<void>;
}

async function forwardSource(source: Source, positions: Positions, forwarder: Forwarder): Promise<void> {
  const { tally, send } = forwarder;
  const { files, taken, size, save } = positions;
  const { name, segment } = source;
  let first: string | undefined;
  let known: FilePosition | undefined;
  let isReached = true;
  let lines: ReadLine[] = [];
  let bytes = 0;
  const flush = async () => {
    const last = lines.at(-1);
    if (first === undefined || last === undefined) return;
    const items = tally.itemsOf(lines, segment !== undefined).filter(({ id }) => !taken.has(id));
    if (items.length > 0) await send(items, taken);
    taken.clear();
    files[first] = { path: resolve(name), offset: last.end, last: fingerprint(last) };
    lines = [];
    bytes = 0;
    // Standard input has no place to resume from.
    if (source.size !== undefined) await save();
  };
  for await (const line of fromSource(source, tally)) {
    if (first === undefined) {
      first = fingerprint(line);
      known = source.size === undefined ? undefined : files[first];
      isReached = known === undefined;
    }
    if (known !== undefined && line.begin < known.offset) {
      isReached = line.end >= known.offset && fingerprint(line) === known.last;
      continue;
    }
    if (!isReached) break;
    lines.push(line);
    bytes += line.text.length;
    if (lines.length >= size || bytes >= PART_BYTES) await flush();
  }
  await flush();
  if (isReached || first === undefined) return;
  tally.log.warn(`${name} begins like a file before, but has other records: all of it is forwarded`);
  delete files[first];
  await forwardSource(source, positions, forwarder);
}

/** The lines of a source. A last one without a line feed waits for it. */
async function* fromSource({ name, open }: Source, { log }: Tally): AsyncGenerator<ReadLine> {
  const end = { isWhole: true };
  let held: ReadLine | undefined;
  try {
    const chunks = await open();
    if (chunks === undefined) return;
    for await (const line of readLines(name, watchEnd(chunks, end))) {
      if (held !== undefined) yield held;
      held = line;
    }
  } catch (cause) {
    if (held !== undefined) yield held;
    throw new SourceError(name, { cause });
  }
  if (held === undefined) return;
  if (end.isWhole) yield held;
  else log.warn(`${name}: the last line has no line feed yet, and waits for it`);
}

/** Whether the last line of some bytes is whole; gzip is, or does not end well. */
async function* watchEnd(
  chunks: AsyncIterable<Uint8Array>,
  end: { isWhole: boolean },
): AsyncGenerator<Uint8Array> {
  let isGzip: boolean | undefined;
  for await (const chunk of chunks) {
    isGzip ??= chunk[0] === 0x1f && (chunk.length === 1 || chunk[1] === 0x8b);
    if (chunk.length > 0) end.isWhole = isGzip || chunk.at(-1) === 0x0a;
    yield chunk;
  }
}

/** Segments beside the given ones with unread records: a pattern such as `*.log` leaves out what was compressed. */
async function unreadSegments(
  sources: readonly Source[],
  files: Record<string, FilePosition>,
): Promise<string[]> {
  const given = sources.flatMap(({ segment }) => (segment === undefined ? [] : [segment]));
  const read = new Map(Object.values(files).map(({ path, offset }) => [path.replace(/\.gz$/, ""), offset]));
  const unread: string[] = [];
  for (const folder of new Set(given.map((segment) => resolve(segment.folder))))
    for (const segment of await listSegments(folder)) {
      const isGiven = given.some((one) => resolve(one.folder) === folder && one.name === segment.name);
      const offset = read.get(join(folder, segment.name)) ?? 0;
      if (!isGiven && (await textSizeOf(segment)) > offset) unread.push(pathOf(segment));
    }
  return unread;
}
