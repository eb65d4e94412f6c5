import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { takeLock } from "./lock.js";

/** One record to store. */
export interface SinkRecord {
  id: string;
  bytes: Uint8Array;
}

/** Options of the sink. */
export interface FileSinkOptions {
  folder: string;
  /** The size, in bytes, after which a new file begins. Default 64 MiB. */
  maxFileBytes?: number;
  /** The number of ids to remember: a record that repeats within them is dropped. Default 1,000,000. */
  window?: number;
  /** Writes bytes to the end of a file; tests make it fail. */
  write?: (file: FileHandle, bytes: Uint8Array) => Promise<void>;
}

/**
 * Appends records to files in a folder, one per line. A batch is done only once it is on disk. Survives being killed at any
 * time: acknowledged records are there, and no line is torn.
 */
export class FileSink {
  readonly #options: Required<FileSinkOptions>;
  /** Ids of the last records, oldest first. */
  readonly #ids = new Set<string>();
  #number = 1;
  #file: FileHandle | undefined;
  /** The number of acknowledged bytes of the file. */
  #size = 0;
  #last: Promise<unknown> = Promise.resolve();
  #release: () => Promise<void> = async () => {};

  private constructor(options: Required<FileSinkOptions>) {
    this.#options = options;
  }

  /**
   * Opens the folder, and repairs the traces of a kill.
   *
   * @throws Error that names the process that has the folder open: two would cut off each other's records
   */
  static async open(given: FileSinkOptions): Promise<FileSink> {
    const write = async (file: FileHandle, bytes: Uint8Array) => file.appendFile(bytes);
    const sink = new FileSink({ maxFileBytes: 64 * 2 ** 20, window: 1_000_000, write, ...given });
    await mkdir(given.folder, { recursive: true });
    sink.#release = await takeLock(join(given.folder, "audit"));
    try {
      await sink.#recover();
    } catch (error) {
      await sink.#release();
      throw error;
    }
    return sink;
  }

  /** Resolves when the records are durable. Batches wait for each other. */
  append(records: readonly SinkRecord[]): Promise<void> {
    const appended = this.#last.then(() => this.#append(records));
    this.#last = appended.catch(() => {});
    return appended;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file?.close();
    await this.#release();
  }

  async #append(records: readonly SinkRecord[]): Promise<void> {
    const fresh = new Map(
      records.filter(({ id }) => !this.#ids.has(id)).map((record) => [record.id, record.bytes]),
    );
    if (fresh.size === 0) return;
    const bytes = Buffer.concat([...fresh.values()].flatMap((raw) => [raw, NEWLINE]));
    const file = await this.#fileToWrite();
    try {
      await this.#options.write(file, bytes);
      await file.sync();
    } catch (error) {
      // The part that reached the file is removed, now or when the file is next opened: it was not acknowledged.
      this.#file = undefined;
      await file.truncate(this.#size).catch(() => {});
      await file.close().catch(() => {});
      throw error;
    }
    this.#size += bytes.length;
    for (const id of fresh.keys()) this.#remember(id);
  }

  async #fileToWrite(): Promise<FileHandle> {
    if (this.#size >= this.#options.maxFileBytes) {
      await this.#file?.close();
      this.#file = undefined;
      this.#number++;
      this.#size = 0;
    }
    if (this.#file === undefined) {
      const file = await open(this.#path(this.#number), "a");
      try {
        await file.truncate(this.#size);
        // A new file is durable only once its folder is.
        await syncFolder(this.#options.folder);
      } catch (error) {
        await file.close();
        throw error;
      }
      this.#file = file;
    }
    return this.#file;
  }

  async #recover(): Promise<void> {
    const { folder, window } = this.#options;
    const names = (await readdir(folder)).filter((name) => FILE_NAME.test(name)).sort();
    if (names.length === 0) return;
    this.#number = Number(FILE_NAME.exec(names.at(-1)!)![1]);
    // The newest files have the ids that may repeat.
    const perFile: string[][] = [];
    for (let i = names.length - 1, known = 0; i >= 0 && known < window; i--) {
      const { ids, whole } = await readFile(join(folder, names[i]!));
      if (i === names.length - 1) {
        // A torn line was never acknowledged.
        if ((await stat(join(folder, names[i]!))).size > whole)
          await truncate(join(folder, names[i]!), whole);
        this.#size = whole;
      }
      perFile.unshift(ids);
      known += ids.length;
    }
    for (const ids of perFile) for (const id of ids) this.#remember(id);
  }

  #remember(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size > this.#options.window) this.#ids.delete(this.#ids.values().next().value!);
  }

  #path(number: number): string {
    return join(this.#options.folder, `audit-${String(number).padStart(8, "0")}.log`);
  }
}

const NEWLINE = Buffer.from("\n");
const FILE_NAME = /^audit-(\d{8})\.log$/;

/** The ids of the lines of a file, and the number of bytes of its complete lines. */
async function readFile(path: string): Promise<{ ids: string[]; whole: number }> {
  const ids: string[] = [];
  let whole = 0;
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of createReadStream(path)) {
    let bytes = Buffer.concat([rest, chunk as Buffer]);
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10)) {
      ids.push(createHash("sha256").update(bytes.subarray(0, end)).digest("hex"));
      whole += end + 1;
      bytes = bytes.subarray(end + 1);
    }
    rest = bytes;
  }
  return { ids, whole };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
