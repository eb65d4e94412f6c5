import { Readable } from "node:stream";
import { constants, createGunzip, gunzipSync } from "node:zlib";
import { ExitError } from "../errors.js";
import { arrayToLines } from "./json-array.js";

/** Compressions that are not read, by their first bytes, and what reads them. */
const COMPRESSIONS: [name: string, first: number[], command: string][] = [
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "xz -dc"],
  ["bzip2", [0x42, 0x5a, 0x68], "bzip2 -dc"],
  ["zip", [0x50, 0x4b, 0x03, 0x04], "unzip -p"],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd], "zstd -dc"],
];
const GZIP = [0x1f, 0x8b];
/** The bytes that tell what a file is: white space may precede an array. */
const HEAD = 4_096;

/**
 * The text of a file that somebody gave: UTF-8 lines, plain or gzip, pass unchanged. UTF-16 with a byte order mark, as PowerShell
 * writes it, becomes UTF-8, and a JSON array becomes one element a line.
 *
 * @throws ExitError 3 for another compression, with what to do
 */
export async function* decoded(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { head, all } = await withHead(source);
  for (const [name, first, command] of COMPRESSIONS)
    if (begins(head, first))
      throw new ExitError(
        3,
        `compressed with ${name}, which is not read: decompress it first, ${command} FILE | konnect-audit ... -`,
      );
  if (!begins(head, GZIP)) {
    yield* asText(head, all);
    return;
  }
  const text = inflatedHead(head);
  // What is inside in another form is inflated here. Lines are left to the reader, which knows where damage begins.
  if (encodingOf(text) !== undefined || isArray(text)) {
    const inflater = createGunzip();
    const stream = Readable.from(all);
    stream.once("error", (error) => inflater.destroy(error));
    yield* asText(text, stream.pipe(inflater));
  } else yield* all;
}

async function* asText(head: Uint8Array, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const encoding = encodingOf(head);
  const text = encoding === undefined ? chunks : toUtf8(chunks, encoding);
  const start =
    encoding === undefined ? head : new TextEncoder().encode(new TextDecoder(encoding).decode(head));
  yield* isArray(start) ? arrayToLines(text) : text;
}

/** The first bytes, and all of them. */
async function withHead(
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; all: AsyncGenerator<Uint8Array> }> {
  const chunks = source[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  for (let size = 0; size < HEAD; ) {
    const { value, done } = await chunks.next();
    if (done) break;
    // Standard input may give text.
    const chunk = typeof value === "string" ? Buffer.from(value) : (value as Uint8Array);
    first.push(chunk);
    size += chunk.length;
    if (size > 0 && !isUndecided(Buffer.concat(first))) break;
  }
  async function* all() {
    try {
      yield* first;
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
    } finally {
      await chunks.return?.();
    }
  }
  return { head: Buffer.concat(first), all: all() };
}

/** Whether more bytes could tell more: a stream may deliver them one by one. */
function isUndecided(head: Uint8Array): boolean {
  if (head.length < 6 || begins(head, GZIP)) return true;
  return /^[\s[]*$/.test(Buffer.from(head).toString("latin1"));
}

function begins(bytes: Uint8Array, first: readonly number[]): boolean {
  return first.every((byte, i) => bytes[i] === byte);
}

function encodingOf(head: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (begins(head, [0xff, 0xfe])) return "utf-16le";
  return begins(head, [0xfe, 0xff]) ? "utf-16be" : undefined;
}

/** A JSON array of objects. */
function isArray(head: Uint8Array): boolean {
  return /^(?:\xef\xbb\xbf)?[ \t\r\n]*\[[ \t\r\n]*[{\]]/.test(Buffer.from(head).toString("latin1"));
}

function inflatedHead(head: Uint8Array): Uint8Array {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 2 ** 22 });
  } catch {
    return new Uint8Array();
  }
}

async function* toUtf8(chunks: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield encoder.encode(decoder.decode(chunk, { stream: true }));
  yield encoder.encode(decoder.decode());
}
