import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type ReadRecord, readAuditRecords } from "konnect-audit-logs/records";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import type { Log } from "../output/log.js";
import { createProgress } from "../output/progress.js";
import { eventOfRead } from "../records/event-of.js";
import type { Item } from "./target.js";

/** The number of forwarded lines of a file, and its first record, which identifies it. */
interface Done {
  first: string;
  lines: number;
}

/**
 * Forwards the lines of files after the position in `state`, and updates it. A file that was replaced by another with the same
 * name starts over. A last line without a line feed is still being written, and waits.
 *
 * @returns the number of sent records
 */
export async function forwardFiles(
  files: readonly string[],
  { size, state }: { size: number; state: string },
  send: (items: Item[]) => Promise<void>,
  { log }: Context,
): Promise<number> {
  const done = await loadDone(state);
  let count = 0;
  const progress = createProgress({ log });
  for (const path of files.map((file) => resolve(file))) {
    let items: Item[] = [];
    let first: string | undefined;
    let last = 0;
    const flush = async () => {
      if (items.length === 0 || first === undefined) return;
      await send(items);
      count += items.length;
      progress.at(undefined, count);
      items = [];
      done[path] = { first, lines: last };
      await writeFile(`${state}.new`, JSON.stringify(done), { flush: true });
      await rename(`${state}.new`, state);
    };
    for await (const record of wholeLines(path, log)) {
      first ??= idOf(record);
      const known = done[path]?.first === first ? done[path].lines : 0;
      if (record.lineNumber <= known) continue;
      if (record.error?.reason === "too_long")
        log.warn(`${path}: of line ${record.lineNumber}, which is too long, only the beginning was sent`);
      items.push({ id: idOf(record), raw: record.text, event: eventOfRead(record) });
      last = record.lineNumber;
      if (items.length === size) await flush();
    }
    await flush();
  }
  progress.end();
  return count;
}

async function loadDone(state: string): Promise<Record<string, Done>> {
  const text = await readFile(state, "utf8").catch(orEmpty);
  try {
    return JSON.parse(text);
  } catch {
    throw new ExitError(2, `${state} is broken: restore it, or delete it to forward every record again`);
  }
}

function orEmpty(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "{}";
  throw error;
}

const idOf = ({ bytes, text }: ReadRecord) =>
  createHash("sha256")
    .update(bytes ?? text)
    .digest("hex");

async function* wholeLines(path: string, log: Log): AsyncGenerator<ReadRecord> {
  const end = { isWhole: true };
  let held: ReadRecord | undefined;
  for await (const record of readAuditRecords(watchEnd(path, end))) {
    if (held !== undefined) yield held;
    held = record;
  }
  if (held === undefined) return;
  if (end.isWhole) yield held;
  else log.warn(`${path}: the last line has no line feed yet, and waits for it`);
}

/** The bytes of a file, and whether its last line is whole; gzip is, or does not end well. */
async function* watchEnd(path: string, end: { isWhole: boolean }): AsyncGenerator<Uint8Array> {
  let isGzip: boolean | undefined;
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    isGzip ??= chunk[0] === 0x1f && chunk[1] === 0x8b;
    end.isWhole = isGzip || chunk.at(-1) === 0x0a;
    yield chunk;
  }
}
