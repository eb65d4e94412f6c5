import { createReadStream } from "node:fs";
import { open, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { safeJson } from "../output/escape.js";
import { type Modes, refuseLink, statIfAny, syncFolder } from "./files.js";
import { appendLines, endOfLines } from "./line-file.js";
import type { Rejection } from "./sink.js";

/** The file that rejections are appended to. It is closed into `rejected-<number>.jsonl`. */
export const REJECTED = "rejected.jsonl";
const CLOSED = /^rejected-(\d{1,15})\.jsonl$/;
/** The longest last line that is read to learn its time. */
const LAST_LINE = 2 ** 16;

/** Keeps what was rejected in a folder, as JSON Lines. */
export class RejectedStore {
  readonly #folder: string;
  readonly #modes: Modes;
  readonly #closeAt: number;
  #last: Promise<unknown> = Promise.resolve();

  /** @param closeAt the size, in bytes, at which the file is closed */
  constructor(folder: string, modes: Modes, closeAt = Number.POSITIVE_INFINITY) {
    this.#folder = folder;
    this.#modes = modes;
    this.#closeAt = closeAt;
  }

  /** Resolves when it is durable, with whether the file was closed then. */
  append(rejection: Rejection): Promise<boolean> {
    return this.#next(async () => {
      const path = join(this.#folder, REJECTED);
      const size = await appendLines(path, `${safeJson(rejection)}\n`, this.#modes);
      if (size < this.#closeAt) return false;
      await this.#close();
      return true;
    });
  }

  /** Closes the file, if there is one. */
  close(): Promise<void> {
    return this.#next(() => this.#close());
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #close(): Promise<void> {
    const path = join(this.#folder, REJECTED);
    await refuseLink(path);
    if (((await statIfAny(path))?.size ?? 0) === 0) return;
    const closed = await listClosedRejected(this.#folder);
    const number = (closed.at(-1)?.number ?? 0) + 1;
    await rename(path, join(this.#folder, `rejected-${String(number).padStart(6, "0")}.jsonl`));
    await syncFolder(this.#folder);
  }
}

/** A closed file of rejections. */
export interface ClosedRejected {
  number: number;
  path: string;
}

/** The closed files of rejections, in the order of their numbers. */
export async function listClosedRejected(folder: string): Promise<ClosedRejected[]> {
  return (await readdir(folder))
    .flatMap((name) => {
      const [, number] = CLOSED.exec(name) ?? [];
      return number === undefined ? [] : [{ number: Number(number), path: join(folder, name) }];
    })
    .sort((a, b) => a.number - b.number);
}

/** When the last rejection of a file arrived, in ms since the epoch. Undefined if its last line does not tell. */
export async function lastRejectionAt(path: string): Promise<number | undefined> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const end = await endOfLines(file, size);
    const start = await endOfLines(file, Math.max(0, end - 1));
    const head = Buffer.alloc(Math.min(LAST_LINE, end - start));
    await file.read(head, 0, head.length, start);
    // The member comes first, and the rest of the line may be long.
    const at = Date.parse(/^\{"receivedAt":"([^"]{1,40})"/.exec(head.toString())?.[1] ?? "");
    return Number.isNaN(at) ? undefined : at;
  } finally {
    await file.close();
  }
}

/** The rejections of a folder, oldest first, with the place of each. Undefined for any other line. */
export async function* readRejections(
  folder: string,
): AsyncGenerator<{ path: string; lineNumber: number; rejection: Rejection | undefined }> {
  const closed = (await listClosedRejected(folder)).map(({ path }) => path);
  for (const path of [...closed, join(folder, REJECTED)]) {
    if ((await statIfAny(path)) === undefined) continue;
    let lineNumber = 0;
    for await (const line of createInterface({
      input: createReadStream(path),
      crlfDelay: Number.POSITIVE_INFINITY,
    }))
      yield { path, lineNumber: ++lineNumber, rejection: parse(line) };
  }
}

function parse(line: string): Rejection | undefined {
  try {
    const rejection = JSON.parse(line);
    return typeof rejection === "object" && rejection !== null ? rejection : undefined;
  } catch {
    return undefined;
  }
}
