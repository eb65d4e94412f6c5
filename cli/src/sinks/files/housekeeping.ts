import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat, unlink, utimes } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Log } from "../../output/log.js";
import { listSegments, type Segment, syncFolder } from "./segments.js";

/** What happens to closed segments. */
export interface Retention {
  /** Compresses them with gzip. Default false. */
  compress?: boolean | undefined;
  /** Deletes those that were closed longer ago, in ms. Default: never. */
  keepMs?: number | undefined;
  /** Deletes the oldest ones while the segments have more bytes than this. Default: never. */
  maxBytes?: number | undefined;
}

/** Compresses and deletes closed segments. Says what it deletes. Never touches the open segment. */
export async function tidy(
  folder: string,
  openNumber: number,
  { compress = false, keepMs, maxBytes }: Retention,
  { log, now = Date.now }: { log: Log; now?: (() => number) | undefined },
): Promise<void> {
  const closed = (await listSegments(folder)).filter(({ number }) => number < openNumber);
  if (compress) for (const segment of closed) if (!segment.isCompressed) await compressSegment(segment, log);
  if (keepMs === undefined && maxBytes === undefined) return;
  const all = await listSegments(folder);
  const sizes = new Map(await Promise.all(all.map(async (one) => [one.path, await stat(one.path)] as const)));
  let total = [...sizes.values()].reduce((sum, { size }) => sum + size, 0);
  for (const { path, number } of all) {
    if (number >= openNumber) continue;
    const { size, mtimeMs } = sizes.get(path)!;
    const isOld = keepMs !== undefined && mtimeMs < now() - keepMs;
    const isTooMuch = maxBytes !== undefined && total > maxBytes;
    if (!isOld && !isTooMuch) continue;
    await unlink(path);
    total -= size;
    const why = isOld ? "it is older than --keep" : "the folder has more than --max-bytes";
    log.warn(`deleted ${path} (${size} bytes, last written ${new Date(mtimeMs).toISOString()}): ${why}`);
  }
}

/** Replaces a segment by its gzip form. A kill at any moment leaves one of them complete. */
async function compressSegment({ path }: Segment, log: Log): Promise<void> {
  const [target, draft] = [`${path}.gz`, `${path}.gz.new`];
  const { atime, mtime, size } = await stat(path);
  let compressed: number;
  try {
    await pipeline(createReadStream(path), createGzip(), createWriteStream(draft, { flush: true }));
    compressed = (await stat(draft)).size;
    await utimes(draft, atime, mtime);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
  await unlink(path);
  log.info(`compressed ${basename(path)}: ${size} to ${compressed} bytes`);
}

/** Removes what a kill left of a compression: the draft, and the plain form of a complete gzip. */
export async function repairCompression(folder: string): Promise<void> {
  const segments = await listSegments(folder);
  for (const { path, isCompressed } of segments) {
    if (isCompressed) continue;
    await rm(`${path}.gz.new`, { force: true });
    if (segments.some((other) => other.path === `${path}.gz`)) await unlink(path);
  }
}
