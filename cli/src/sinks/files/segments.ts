import { hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { WORDS, writeWords } from "./id-window.js";

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

/** The words of the ids of a segment's lines, as `IdWindow` takes them, and the number of bytes of its complete lines. */
export async function readIds({
  path,
  isCompressed,
}: Segment): Promise<{ words: Uint32Array; count: number; whole: number }> {
  let words = new Uint32Array(WORDS * 1_024);
  let count = 0;
  let whole = 0;
  let rest: Uint8Array = new Uint8Array();
  const file = createReadStream(path, { highWaterMark: CHUNK });
  const chunks = isCompressed ? file.pipe(createGunzip({ chunkSize: CHUNK })) : file;
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      if (WORDS * count === words.length) words = grown(words);
      writeWords(hash("sha256", bytes.subarray(start, end), "hex"), words, WORDS * count++);
      start = end + 1;
    }
    whole += start;
    rest = bytes.subarray(start);
  }
  return { words: words.subarray(0, WORDS * count), count, whole };
}

/** How much is read at a time. */
const CHUNK = 2 ** 18;

function grown(words: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * words.length);
  larger.set(words);
  return larger;
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
