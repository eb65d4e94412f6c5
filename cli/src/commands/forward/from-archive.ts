import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { archivesIn, hasArchive } from "../../archive/archives.js";
import { type Modes, makeFolder } from "../../archive/files.js";
import { readInfo } from "../../archive/info.js";
import { Lease } from "../../archive/lease.js";
import { type ArchivePosition, loadReader, POSITIONS, saveReader } from "../../archive/positions.js";
import { ArchiveReader } from "../../archive/reader.js";
import type { Context } from "../../context.js";
import { createProgress, type Progress } from "../../output/progress.js";
import { sayWaiting } from "../../output/waiting.js";
import type { Forwarder } from "./options.js";
import { checkIdentity } from "./reader-name.js";

/** How often a followed archive is looked at, in ms. */
const POLL = 250;
/** How often a follower looks whether there is an archive yet, in ms. */
const ARCHIVE_POLL = 1_000;

/** Where a reader of archives keeps its position, and how it reads. */
export interface ArchiveForwardOptions {
  reader: string;
  identity: Record<string, string>;
  /** The folder of positions. Default: that of the archive. */
  state: string | undefined;
  follow: boolean;
  size: number;
  modes: Modes;
}

/** Where the position of a reader of an archive is. */
export function positionsFolder(archive: string, state: string | undefined): string {
  return state ?? join(archive, POSITIONS);
}

/** Forwards the archives of a folder, from where this reader stopped. */
export async function forwardArchives(
  folder: string,
  options: ArchiveForwardOptions,
  forwarder: Forwarder,
  context: Context,
): Promise<void> {
  const archives = await archivesIn(folder);
  if (options.state !== undefined)
    context.log.warn(
      `the position is in ${options.state}: retention of ${folder} does not wait for this reader`,
    );
  const progress = createProgress(context);
  const forward = (archive: string) => forwardArchive(archive, options, forwarder, context, progress);
  try {
    // Each is followed until the end, so they go on side by side.
    if (options.follow) await Promise.all(archives.map(forward));
    else for (const archive of archives) await forward(archive);
  } finally {
    progress.end();
  }
}

/**
 * Waits for the first archive of a folder: a follower may be started before `listen`.
 *
 * @throws ExitError 2 for a folder that does not exist
 */
export async function waitForArchive(folder: string, { log, signal }: Context): Promise<void> {
  const say = sayWaiting(log);
  while (!signal.aborted && !(await hasArchive(folder))) {
    say("an archive", `${folder} has none yet`, ARCHIVE_POLL);
    await sleep(ARCHIVE_POLL, undefined, { signal }).catch(() => {});
  }
}

/** In a folder of positions for several archives, each archive has a name of its own, which moves with it. */
async function nameIn(archive: string, created: string | null, reader: string): Promise<string> {
  const hash = createHash("sha256").update(created ?? (await realpath(archive)));
  return `${reader}-${hash.digest("hex").slice(0, 8)}`;
}

async function forwardArchive(
  archive: string,
  { reader: asked, identity, state: given, follow, size, modes }: ArchiveForwardOptions,
  forwarder: Forwarder,
  context: Context,
  progress: Progress,
): Promise<void> {
  const { log, signal } = context;
  const { tally } = forwarder;
  const folder = positionsFolder(archive, given);
  const created = (await readInfo(archive))?.created ?? null;
  const reader = given === undefined ? asked : await nameIn(archive, created, asked);
  await makeFolder(folder, modes);
  const lease = await Lease.take(join(folder, `${reader}.lease`), context, modes);
  try {
    const found = await loadReader(folder, reader);
    if (found !== undefined) checkIdentity(reader, found.target, identity);
    const onBroken = tally.breakOff.bind(tally);
    const source = new ArchiveReader({
      folder: archive,
      created,
      position: found?.archive,
      size,
      log,
      onBroken,
    });
    const save = (archive: ArchivePosition, taken?: string[]) => {
      lease.check();
      return saveReader(folder, reader, { version: 1, target: identity, archive, taken }, modes);
    };
    let taken = new Set(found?.taken);
    // At once: retention waits for a reader from its first run on.
    if (found === undefined) await save(source.position);
    for (;;) {
      let isNew = false;
      let before = source.position;
      for await (const { lines, position } of source.parts()) {
        forwarder.onRead();
        const items = tally.itemsOf(lines, true).filter(({ id }) => !taken.has(id));
        try {
          if (items.length > 0) await forwarder.send(items, taken);
        } catch (error) {
          // Stopped while the target is down: the next run leaves out what it has taken.
          await save(before, [...taken]);
          throw error;
        }
        isNew ||= lines.length > 0;
        taken = new Set();
        before = position;
        await save(position);
        progress.at(undefined, tally.sent);
        if (signal.aborted) break;
      }
      forwarder.onRead();
      if (!follow || signal.aborted) return;
      if (!isNew) await sleep(POLL, undefined, { signal }).catch(() => {});
    }
  } finally {
    await lease.release();
  }
}
