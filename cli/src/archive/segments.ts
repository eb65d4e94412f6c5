import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";

/** A segment of an archive: a file of records, one per line. While it is compressed, it exists in two forms. */
export interface Segment {
  folder: string;
  /** Its place in the order, from 1. */
  number: number;
  /** The name of its plain form, `audit-<time>-<number>.log`. */
  name: string;
  hasPlain: boolean;
  hasGzip: boolean;
}

const NAME = /^(audit-\d{8}T\d{6}Z-(\d{6,15})\.log)(\.gz)?$/;

/** `audit-<time>-<number>.log`: when it was created, in UTC, and its number. */
export function segmentName(number: number, now: Date): string {
  const time = `${now.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  return `audit-${time}-${String(number).padStart(6, "0")}.log`;
}

/** The segment that a file name means. Undefined for any other file. */
export function parseSegmentName(file: string): Pick<Segment, "name" | "number"> | undefined {
  const [, name, number] = NAME.exec(file) ?? [];
  return name === undefined ? undefined : { name, number: Number(number) };
}

/** The segments of a folder, in the order of their numbers. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const segments = new Map<string, Segment>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const found = parseSegmentName(entry.name);
    if (found === undefined || !entry.isFile()) continue;
    const { hasPlain = false, hasGzip = false } = segments.get(found.name) ?? {};
    const isGzip = entry.name !== found.name;
    segments.set(found.name, { folder, ...found, hasPlain: hasPlain || !isGzip, hasGzip: hasGzip || isGzip });
  }
  return [...segments.values()].sort((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1));
}

/** The bytes that the segments of a folder take, in whatever form. */
export async function archiveBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) {
    if (parseSegmentName(name) === undefined) continue;
    // It may be compressed or deleted meanwhile.
    bytes += (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}

/** The path of the form that is read. */
export function pathOf({ folder, name, hasPlain }: Segment): string {
  return join(folder, hasPlain ? name : `${name}.gz`);
}

/** An open segment, in whatever form it has now. */
export interface OpenedSegment {
  path: string;
  isGzip: boolean;
  /** In bytes, as it is stored. */
  size: number;
  stream: Readable;
}

/** How much is read at a time, in bytes. */
const CHUNK = 2 ** 18;

/**
 * Opens a segment, whichever form it has by now. Undefined if it was deleted.
 *
 * @param from the first byte to read, for the plain form; gzip is read from its beginning
 */
export async function openSegment(segment: Segment, from = 0): Promise<OpenedSegment | undefined> {
  const plain = join(segment.folder, segment.name);
  // The plain form disappears after the gzip form is there.
  for (const path of [plain, `${plain}.gz`]) {
    const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (file === undefined) continue;
    const isGzip = path !== plain;
    const { size } = await file.stat();
    const stream = file.createReadStream({ highWaterMark: CHUNK, start: isGzip ? 0 : from });
    return { path, isGzip, size, stream };
  }
  return undefined;
}

/** The bytes of the text of a segment. Of gzip, what its trailer says (RFC 1952, 2.3.1: modulo 4 GiB). */
export async function textSizeOf(segment: Segment): Promise<number> {
  const file = await open(pathOf(segment), "r");
  try {
    const { size } = await file.stat();
    if (segment.hasPlain || size < 4) return size;
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, size - 4);
    return buffer.readUInt32LE();
  } finally {
    await file.close();
  }
}
