import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createGunzip } from "node:zlib";

/** A file of the folder. Each is written by one process, from its first record until it is closed. */
export interface Segment {
  /** Its place in the order, from 1. */
  number: number;
  path: string;
  isCompressed: boolean;
}

const NAME = /^audit-\d{8}T\d{6}Z-(\d{6,})\.log(\.gz)?$/;

/** `audit-<first time>-<n>.log`: the time at which its first record arrived, in UTC, and its number. */
export function newSegment(folder: string, number: number, now: Date): Segment {
  const time = `${now.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  const name = `audit-${time}-${String(number).padStart(6, "0")}.log`;
  return { number, path: join(folder, name), isCompressed: false };
}

/** The segments of a folder, oldest first. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const { name } = entry;
    const [, number, gz] = NAME.exec(name) ?? [];
    if (number !== undefined && entry.isFile())
      segments.push({ number: Number(number), path: join(folder, name), isCompressed: gz !== undefined });
  }
  return segments.sort((a, b) => a.number - b.number || Number(a.isCompressed) - Number(b.isCompressed));
}

/** The ids of the lines of a segment, and the number of bytes of its complete lines. */
export async function readIds({ path, isCompressed }: Segment): Promise<{ ids: string[]; whole: number }> {
  const ids: string[] = [];
  let whole = 0;
  let rest: Uint8Array = new Uint8Array();
  const file = createReadStream(path);
  const chunks = isCompressed ? file.pipe(createGunzip()) : file;
  for await (const chunk of chunks) {
    let bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10)) {
      ids.push(createHash("sha256").update(bytes.subarray(0, end)).digest("hex"));
      whole += end + 1;
      bytes = bytes.subarray(end + 1);
    }
    rest = bytes;
  }
  return { ids, whole };
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
