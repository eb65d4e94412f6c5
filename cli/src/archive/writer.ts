import { join } from "node:path";
import type { Context } from "../context.js";
import { repairCompression } from "./compress.js";
import { type Modes, makeFolder, PRIVATE } from "./files.js";
import { IdWindow } from "./id-window.js";
import { type ArchiveInfo, openInfo, type WantedSource, writeInfo } from "./info.js";
import { Lease } from "./lease.js";
import { repairLastLine } from "./line-file.js";
import type { Write } from "./open-segment.js";
import { foreignRecords } from "./organization.js";
import { readersOf } from "./positions.js";
import { readIds } from "./record-ids.js";
import { RejectedStore } from "./rejected.js";
import { RetentionKeeper, type RetentionOptions } from "./retention.js";
import { SegmentStore } from "./segment-store.js";
import { listSegments, pathOf } from "./segments.js";
import { type Rejection, rejectedRecord, type Sink, type SinkRecord } from "./sink.js";

/** How an archive is written. */
export interface WriterOptions extends RetentionOptions, WantedSource {
  folder: string;
  /** The size, in bytes, after which a new segment begins. Default 64 MiB. */
  segmentBytes?: number | undefined;
  /** The age, in ms, after which a new segment begins. Default: one day. */
  segmentAgeMs?: number | undefined;
  modes?: Modes | undefined;
  /** Where rejections go. Default: the folder. */
  rejectedFolder?: string | undefined;
  /** Only a valid record may tell the organization: keys are given. Default false. */
  isVerified?: boolean | undefined;
  /** The number of ids to remember: a record that repeats within them is dropped. Default 1,000,000. */
  window?: number | undefined;
  /** The clock, in ms since the epoch. */
  now?: (() => number) | undefined;
  /** Writes bytes to the end of a file; tests make it fail. */
  write?: Write | undefined;
}

const WINDOW = 1_000_000;
const SEGMENT_BYTES = 64 * 2 ** 20;
const DAY = 24 * 3_600_000;
/** How often closed segments are checked for their age, in ms. */
const TIDY_INTERVAL = 3_600_000;
/** A file of rejections is closed at this part of `maxBytes`. */
const REJECTED_PART = 10;

/**
 * Appends records to an archive folder, one per line, each once. A batch is done only once it is on disk. Survives being killed
 * at any time: acknowledged records are there. One process at a time writes to a folder, and each has segments of its own.
 */
export class ArchiveWriter implements Sink {
  readonly #options: WriterOptions & { modes: Modes };
  readonly #context: Context;
  readonly #lease: Lease;
  #info: ArchiveInfo;
  /** Ids of the last records. */
  readonly #ids: IdWindow;
  readonly #rejected: RejectedStore;
  readonly #retention: RetentionKeeper;
  readonly #segments: SegmentStore;
  #last: Promise<unknown> = Promise.resolve();
  #tidying: Promise<void> = Promise.resolve();
  readonly #timers: NodeJS.Timeout[];

  private constructor(
    options: WriterOptions & { modes: Modes },
    context: Context,
    lease: Lease,
    opened: { info: ArchiveInfo; ids: IdWindow; nextNumber: number },
  ) {
    const { folder, rejectedFolder = folder, maxBytes, modes, now = Date.now, write } = options;
    const { segmentBytes = SEGMENT_BYTES, segmentAgeMs = DAY } = options;
    const { log } = context;
    this.#options = options;
    this.#context = context;
    this.#lease = lease;
    this.#info = opened.info;
    this.#ids = opened.ids;
    this.#rejected = new RejectedStore(rejectedFolder, modes, maxBytes && maxBytes / REJECTED_PART);
    const check = () => lease.check();
    this.#retention = new RetentionKeeper({ folder, created: opened.info.created, log, now, check }, options);
    const onAge = () => void this.#next(() => this.#segments.close());
    const onClosed = () => this.#tidy();
    this.#segments = new SegmentStore(
      { folder, segmentBytes, segmentAgeMs, modes, now, write, log, onAge, onClosed },
      opened.nextNumber,
    );
    const closeRejected = () => void this.#rejected.close().then(onClosed, onClosed);
    this.#timers = [
      setInterval(onClosed, TIDY_INTERVAL).unref(),
      setInterval(closeRejected, Math.min(segmentAgeMs, 2 ** 31 - 1)).unref(),
    ];
  }

  /**
   * Opens the folder, and repairs the traces of a kill. Waits while another process writes to it.
   *
   * @throws ExitError 3 if another process holds the folder, 2 for an archive of another source
   */
  static async open(given: WriterOptions, context: Context): Promise<ArchiveWriter> {
    const options = { ...given, modes: given.modes ?? PRIVATE };
    const { folder, rejectedFolder = folder, modes, window = WINDOW } = options;
    await makeFolder(folder, modes);
    await makeFolder(rejectedFolder, modes);
    const lease = await Lease.take(join(folder, "lease"), context, modes);
    try {
      const info = await openInfo(folder, options, { modes, log: context.log });
      const recovered = await recover(folder, { window, modes }, context);
      const writer = new ArchiveWriter(options, context, lease, { info, ...recovered });
      writer.#tidy();
      return writer;
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  /** Whose records the archive has. */
  get info(): ArchiveInfo {
    return this.#info;
  }

  get lost(): AbortSignal {
    return this.#lease.lost;
  }

  /** Resolves when the records are durable, with how many were new. Batches wait for each other. */
  append(records: readonly SinkRecord[]): Promise<number> {
    return this.#next(() => this.#append(records));
  }

  async reject(rejection: Rejection): Promise<void> {
    this.#lease.check();
    if (await this.#rejected.append(rejection)) this.#tidy();
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#next(() => this.#segments.close());
    await this.#tidying;
    await this.#lease.release();
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #append(records: readonly SinkRecord[]): Promise<number> {
    this.#lease.check();
    const fresh = [...new Map(records.map((record) => [record.id, record])).values()].filter(
      ({ id }) => !this.#ids.has(id),
    );
    if (fresh.length === 0) return 0;
    const { own, lines } = await this.#ofOrganization(fresh, linesOf(fresh));
    if (own.length === 0) return 0;
    await this.#segments.append(lines);
    // Whoever took over meanwhile has read the ids already: what it gets again has to be refused here.
    this.#lease.check();
    for (const { id } of own) this.#ids.add(id);
    return own.length;
  }

  /** The records of the archive's organization, which the first one tells. The others are stored as rejected. */
  async #ofOrganization(
    records: readonly SinkRecord[],
    lines: Buffer,
  ): Promise<{ own: readonly SinkRecord[]; lines: Buffer }> {
    const { folder, modes } = this.#options;
    const organization = this.#info.organization ?? this.#toldBy(records);
    if (organization === undefined) return { own: records, lines };
    if (organization !== this.#info.organization) {
      this.#info = { ...this.#info, organization };
      await writeInfo(folder, this.#info, modes);
    }
    const foreign = new Set(foreignRecords(organization, records, lines));
    if (foreign.size === 0) return { own: records, lines };
    const others = [...new Set([...foreign].map(({ event }) => event?.org_id))].join(", ");
    const problem = `${folder} is an archive of the organization ${organization}, and ${foreign.size} of ${records.length} records are of ${others}`;
    this.#context.log.warn(`rejected: ${problem}`);
    const reason = "other_organization";
    await this.reject({ receivedAt: new Date(), reason, problem, records: [...foreign].map(rejectedRecord) });
    const own = records.filter((record) => !foreign.has(record));
    return { own, lines: linesOf(own) };
  }

  #toldBy(records: readonly SinkRecord[]): string | undefined {
    const mayTell = ({ verification }: SinkRecord) =>
      this.#options.isVerified !== true || verification?.status === "valid";
    return records.find((record) => mayTell(record) && record.event?.org_id)?.event?.org_id;
  }

  /** Compresses and deletes in the background, one run at a time. A failure is said, and tried again later. */
  #tidy(): void {
    this.#tidying = this.#tidying
      .then(() => this.#retention.run(this.#segments.openNumber))
      .catch((error: Error) => {
        if (!this.lost.aborted)
          this.#context.log.warn(`closed segments could not be compressed or deleted: ${error.message}`);
      });
  }
}

/** Repairs the traces of a kill, and reads the ids that may repeat: those of the newest segments. */
async function recover(
  folder: string,
  { window, modes }: { window: number; modes: Modes },
  { log }: Context,
): Promise<{ ids: IdWindow; nextNumber: number }> {
  await repairCompression(await listSegments(folder), log);
  const segments = await listSegments(folder);
  const newest = segments.at(-1);
  // A torn line was never acknowledged.
  if (newest?.hasPlain) await repairLastLine(pathOf(newest), modes);
  const perSegment: Uint32Array[] = [];
  for (let i = segments.length - 1, known = 0; i >= 0 && known < window; i--) {
    const { words, count, damage } = await readIds(segments[i]!);
    if (damage !== undefined)
      log.warn(
        `${pathOf(segments[i]!)} is damaged (${damage.message}): a record that repeats one behind the damage is stored again`,
      );
    perSegment.unshift(words);
    known += count;
  }
  const ids = new IdWindow(window);
  for (const words of perSegment) ids.addWords(words);
  // No number is used twice, even if retention has deleted every segment: a reader would take the new one for read.
  const read = (await readersOf(folder, null)).map(({ next }) => next - 1);
  return { ids, nextNumber: Math.max(newest?.number ?? 0, ...read) + 1 };
}

const NEWLINE = Buffer.from("\n");

/** The records, each followed by a line feed. */
function linesOf(records: readonly SinkRecord[]): Buffer {
  return Buffer.concat(records.flatMap(({ bytes }) => [bytes, NEWLINE]));
}
