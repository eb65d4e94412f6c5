import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rename, rm, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { countOf } from "../output/count.js";
import type { Log } from "../output/log.js";
import { openDraft, refuseLink, syncFolder } from "./files.js";
import type { Segment } from "./segments.js";

/** Hashes what passes. */
async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/**
 * Replaces a closed segment by its gzip form, once that was read back and has the same bytes. A kill at any moment leaves one of
 * the two complete.
 */
export async function compressSegment(
  { folder, name }: Segment,
  { log, check }: { log: Log; check: () => void },
): Promise<void> {
  const plain = join(folder, name);
  const [target, draft] = [`${plain}.gz`, `${plain}.gz.new`];
  const { atime, mtime, size, mode } = await stat(plain);
  await refuseLink(target);
  const hash = createHash("sha256");
  try {
    const file = await openDraft(draft, mode & 0o777);
    const source = (chunks: AsyncIterable<Uint8Array>) => hashed(chunks, hash);
    await pipeline(createReadStream(plain), source, createGzip(), file.createWriteStream({ flush: true }));
    if ((await hashOf(draft, true)) !== hash.digest("hex"))
      throw new Error(`${draft} has not the bytes of ${name}: is the disk or the memory faulty?`);
    await utimes(draft, atime, mtime);
    check();
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(folder);
  await unlink(plain);
  log.info(`compressed ${name}: ${size} to ${countOf((await stat(target)).size, "byte")}`);
}

/** Removes what a kill left of a compression: the draft, and of two forms the one that is not needed. */
export async function repairCompression(segments: readonly Segment[], log: Log): Promise<void> {
  for (const { folder, name, hasPlain, hasGzip } of segments) {
    if (!hasPlain) continue;
    const plain = join(folder, name);
    await rm(`${plain}.gz.new`, { force: true });
    if (!hasGzip) continue;
    const isSame = (await hashOf(`${plain}.gz`, true).catch(() => "broken")) === (await hashOf(plain, false));
    if (!isSame) log.warn(`${plain}.gz has not the bytes of ${name}, and is removed: ${name} is kept`);
    await unlink(isSame ? plain : `${plain}.gz`);
  }
}

async function hashOf(path: string, isGzip: boolean): Promise<string> {
  const hash = createHash("sha256");
  const update = new Writable({
    write(chunk, _, done) {
      hash.update(chunk);
      done();
    },
  });
  if (isGzip) await pipeline(createReadStream(path), createGunzip(), update);
  else await pipeline(createReadStream(path), update);
  return hash.digest("hex");
}
