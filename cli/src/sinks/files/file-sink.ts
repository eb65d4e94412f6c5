import { type FileHandle, mkdir, open, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../../output/log.js";
import { takeLock } from "../../state/lock.js";
import type { Sink, SinkRecord } from "../sink.js";
import { type Retention, repairCompression, tidy } from "./housekeeping.js";
import { IdWindow } from "./id-window.js";
import { listSegments, newSegment, readIds, type Segment, syncFolder } from "./segments.js";

/** Options of the sink. */
export interface FileSinkOptions extends Retention {
  folder: string;
  /** Where the lock is. Default: the folder. */
  state?: string | undefined;
  /** The size, in bytes, after which a new segment begins. Default 64 MiB. */
  segmentBytes?: number | undefined;
  /** The number of ids to remember: a record that repeats within them is dropped. Default 1,000,000. */
  window?: number | undefined;
  log: Log;
  /** The clock, in ms since the epoch. */
  now?: (() => number) | undefined;
  /** Writes bytes to the end of a file; tests make it fail. */
  write?: ((file: FileHandle, bytes: Uint8Array) => Promise<void>) | undefined;
}

/** How often closed segments are checked for their age, in ms. */
const TIDY_INTERVAL = 3_600_000;
const WINDOW = 1_000_000;

/**
 * Appends records to the segments of a folder, one per line. A batch is done only once it is on disk. Survives being killed at
 * any time: acknowledged records are there, and no line is torn.
 */
export class FileSink implements Sink {
  readonly #options: FileSinkOptions;
  readonly #segmentBytes: number;
  /** Ids of the last records. */
  readonly #ids: IdWindow;
  /** The number of the open segment. */
  #number = 1;
  #segment: Segment | undefined;
  #file: FileHandle | undefined;
  /** The number of acknowledged bytes of the segment. */
  #size = 0;
  #last: Promise<unknown> = Promise.resolve();
  #tidying: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #release: () => Promise<void> = async () => {};

  private constructor(options: FileSinkOptions) {
    this.#options = options;
    this.#ids = new IdWindow(options.window ?? WINDOW);
    this.#segmentBytes = options.segmentBytes ?? 64 * 2 ** 20;
  }

  /**
   * Opens the folder, and repairs the traces of a kill.
   *
   * @throws Error that names the process that has the folder open: two would cut off each other's records
   */
  static async open(options: FileSinkOptions): Promise<FileSink> {
    const sink = new FileSink(options);
    const { folder, state = folder } = options;
    await mkdir(folder, { recursive: true });
    await mkdir(state, { recursive: true });
    sink.#release = await takeLock(join(state, "audit"));
    try {
      await sink.#recover();
    } catch (error) {
      await sink.#release();
      throw error;
    }
    sink.#tidy();
    sink.#timer = setInterval(() => sink.#tidy(), TIDY_INTERVAL).unref();
    return sink;
  }

  /** Resolves when the records are durable. Batches wait for each other. */
  append(records: readonly SinkRecord[]): Promise<void> {
    const appended = this.#last.then(() => this.#append(records));
    this.#last = appended.catch(() => {});
    return appended;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#last;
    await this.#tidying;
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
      if (this.#options.write) await this.#options.write(file, bytes);
      else await file.appendFile(bytes);
      await file.sync();
    } catch (error) {
      // The part that reached the file is removed, now or when the file is next opened: it was not acknowledged.
      this.#file = undefined;
      await file.truncate(this.#size).catch(() => {});
      await file.close().catch(() => {});
      throw error;
    }
    this.#size += bytes.length;
    for (const id of fresh.keys()) this.#ids.add(id);
  }

  async #fileToWrite(): Promise<FileHandle> {
    if (this.#size >= this.#segmentBytes) {
      await this.#file?.close();
      this.#file = undefined;
      this.#segment = undefined;
      this.#number++;
      this.#size = 0;
      this.#tidy();
    }
    const { folder, now = Date.now } = this.#options;
    this.#segment ??= newSegment(folder, this.#number, new Date(now()));
    if (this.#file === undefined) {
      const file = await open(this.#segment.path, "a");
      try {
        await file.truncate(this.#size);
        // A new file is durable only once its folder is.
        await syncFolder(folder);
      } catch (error) {
        await file.close();
        throw error;
      }
      this.#file = file;
    }
    return this.#file;
  }

  async #recover(): Promise<void> {
    await repairCompression(this.#options.folder);
    const segments = await listSegments(this.#options.folder);
    const newest = segments.at(-1);
    if (newest === undefined) return;
    // The newest segments have the ids that may repeat.
    const perSegment: Uint32Array[] = [];
    for (let i = segments.length - 1, known = 0; i >= 0 && known < (this.#options.window ?? WINDOW); i--) {
      const segment = segments[i]!;
      const { words, count, whole } = await readIds(segment);
      if (segment === newest && !segment.isCompressed) {
        // A torn line was never acknowledged.
        if ((await stat(segment.path)).size > whole) await truncate(segment.path, whole);
        this.#segment = segment;
        this.#size = whole;
      }
      perSegment.unshift(words);
      known += count;
    }
    this.#number = this.#segment?.number ?? newest.number + 1;
    for (const words of perSegment) this.#ids.addWords(words);
  }

  /** Compresses and deletes in the background, one run at a time. A failure is said, and tried again later. */
  #tidy(): void {
    const { folder, log, now, ...retention } = this.#options;
    this.#tidying = this.#tidying
      .then(() => tidy(folder, this.#number, retention, { log, now }))
      .catch((error: Error) =>
        log.warn(`closed segments could not be compressed or deleted: ${error.message}`),
      );
  }
}

const NEWLINE = Buffer.from("\n");
