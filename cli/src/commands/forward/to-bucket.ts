import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { createGunzip, createGzip } from "node:zlib";
import { archivesIn } from "../../archive/archives.js";
import { type Modes, makeFolder } from "../../archive/files.js";
import { readInfo } from "../../archive/info.js";
import { Lease } from "../../archive/lease.js";
import { type ArchivePosition, loadReader, saveReader } from "../../archive/positions.js";
import { listSegments, openSegment, type Segment } from "../../archive/segments.js";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { countOf } from "../../output/count.js";
import { sayWaiting } from "../../output/waiting.js";
import type { Health } from "../../service/health.js";
import type { Bucket } from "../../targets/s3.js";
import { positionsFolder } from "./from-archive.js";
import { checkIdentity } from "./reader-name.js";
import { retryBusy } from "./retry-busy.js";

/** How often a followed archive is looked at, in ms: segments are closed seldom. */
const POLL = 5_000;
/** The metadata that tells whose object it is. */
const ARCHIVE = "konnect-audit-archive";

/** Which archive goes where. */
export interface BucketOptions {
  folder: string;
  reader: string;
  identity: Record<string, string>;
  state: string | undefined;
  follow: boolean;
  prefix: string;
  modes: Modes;
  /** In ms. */
  minWait: number;
}

/**
 * Puts the closed segments of archives into a bucket, each under its own key, so that a repeat overwrites the same object:
 * `PREFIX/date=2026-12-01/audit-20261201T080000Z-000001.log.gz`.
 */
export async function forwardToBucket(
  options: BucketOptions,
  bucket: Bucket,
  context: Context,
  health: Health,
): Promise<void> {
  const archives = await archivesIn(options.folder);
  // The names of segments are unique in an archive only.
  const prefixOf = (archive: string) =>
    archives.length > 1 || archive !== options.folder
      ? join(options.prefix, basename(archive))
      : options.prefix;
  const put = (archive: string) =>
    putArchive(archive, { ...options, prefix: prefixOf(archive) }, bucket, context, health);
  if (options.follow) await Promise.all(archives.map(put));
  else for (const archive of archives) await put(archive);
}

async function putArchive(
  archive: string,
  { reader, identity, state, follow, prefix, modes, minWait }: BucketOptions,
  bucket: Bucket,
  context: Context,
  health: Health,
): Promise<void> {
  const { log, signal } = context;
  const folder = positionsFolder(archive, state);
  await makeFolder(folder, modes);
  const lease = await Lease.take(join(folder, `${reader}.lease`), context, modes);
  const say = sayWaiting(log);
  let objects = 0;
  let broken = 0;
  try {
    const created = (await readInfo(archive))?.created ?? null;
    const found = await loadReader(folder, reader);
    if (found !== undefined) checkIdentity(reader, found.target, identity);
    const isSame = found?.archive !== undefined && [null, created].includes(found.archive.created);
    let position: ArchivePosition = isSame
      ? { ...found!.archive!, created }
      : { created, segment: 0, first: "", offset: 0, behind: [] };
    const save = () => {
      lease.check();
      return saveReader(folder, reader, { version: 1, target: identity, archive: position }, modes);
    };
    // At once: retention waits for a reader from its first run on.
    await save();
    for (;;) {
      const segments = await listSegments(archive);
      const last = segments.at(-1);
      const isLeft = ({ number }: Segment) =>
        number >= position.segment || position.behind.some(({ segment }) => segment === number);
      // A segment is closed before the next one begins, or when it is compressed.
      const closed = segments.filter((segment) => (segment !== last || segment.hasGzip) && isLeft(segment));
      health.ready();
      for (const segment of closed) {
        if (signal.aborted) break;
        const behind = position.behind.filter((place) => place.segment !== segment.number);
        const key = keyOf(prefix, segment);
        try {
          const object = await objectOf(segment);
          if (object !== undefined) {
            await retryBusy(() => putOnce(bucket, key, object.body, created ?? archive), {
              minTimeout: minWait,
              signal,
              onWait(why, ms) {
                health.meter.add("forward_retries_total");
                say("the bucket", why, ms);
              },
            });
            objects++;
            health.meter.add("forwarded_total", object.records);
            log.debug(`${key}: ${countOf(object.records, "record")}`);
          }
          position = { ...position, behind };
        } catch (error) {
          if (!(error instanceof UnreadableError)) throw error;
          broken++;
          log.warn(error.message);
          position = { ...position, behind: [...behind, { segment: segment.number, first: "", offset: 0 }] };
        }
        if (segment.number >= position.segment)
          position = { ...position, segment: segment.number + 1, after: segment.name };
        await save();
      }
      if (!follow || signal.aborted) break;
      await sleep(POLL, undefined, { signal }).catch(() => {});
    }
  } finally {
    await lease.release();
  }
  log.info(`✓ ${countOf(objects, "segment")} of ${archive} put into the bucket`);
  if (broken > 0 && !follow)
    throw new ExitError(3, `${countOf(broken, "segment")} could not be read to the end`);
}

/** A segment that cannot be read to its end: the others go on. */
class UnreadableError extends Error {}

/** `PREFIX/date=<of the name>/<name>.gz`. */
function keyOf(prefix: string, { name }: Pick<Segment, "name">): string {
  const [, year, month, day] = /^audit-(\d{4})(\d{2})(\d{2})T/.exec(name)!;
  const begin = prefix.replace(/\\/g, "/").replace(/^\/+|\/+$/g, "");
  return [...(begin === "" ? [] : [begin]), `date=${year}-${month}-${day}`, `${name}.gz`].join("/");
}

/** Puts an object, unless it is that of another archive: two archives can have segments of one name. */
async function putOnce(bucket: Bucket, key: string, body: Buffer, archive: string): Promise<void> {
  const metadata = await bucket.head(key);
  const other = metadata?.[ARCHIVE];
  if (metadata !== undefined && other !== archive)
    throw new ExitError(
      2,
      `${key} is there already, of ${other === undefined ? "something else" : `the archive of ${other}`}: give each archive its own --prefix`,
    );
  await bucket.put(key, body, { [ARCHIVE]: archive });
}

/** A whole segment, compressed, and the number of its records. Undefined if it was deleted meanwhile. */
async function objectOf(segment: Segment): Promise<{ body: Buffer; records: number } | undefined> {
  const opened = await openSegment(segment);
  if (opened === undefined) return undefined;
  const chunks: Buffer[] = [];
  let records = 0;
  async function* counted(source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) records++;
      yield chunk;
    }
  }
  async function collect(source: AsyncIterable<Buffer>) {
    for await (const chunk of source) chunks.push(chunk);
  }
  const { stream } = opened;
  try {
    if (opened.isGzip) await pipeline(stream, createGunzip(), counted, createGzip(), collect);
    else await pipeline(stream, counted, createGzip(), collect);
  } catch (error) {
    throw new UnreadableError(`${opened.path} could not be read to its end: ${(error as Error).message}`);
  }
  return { body: Buffer.concat(chunks), records };
}
