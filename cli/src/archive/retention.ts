import { stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { countOf } from "../output/count.js";
import type { Log } from "../output/log.js";
import { compressSegment } from "./compress.js";
import { statIfAny, undefinedIfMissing } from "./files.js";
import { type SegmentTimes, timesOf } from "./newest-time.js";
import { readersOf } from "./positions.js";
import { lastRejectionAt, listClosedRejected, REJECTED } from "./rejected.js";
import { type Candidate, planRetention, type RetentionLimits } from "./retention-plan.js";
import { listSegments, pathOf, type Segment } from "./segments.js";

/** What happens to closed segments. */
export interface RetentionOptions extends RetentionLimits {
  /** Compresses them with gzip. Default false. */
  compress?: boolean | undefined;
}

/** What retention needs of the writer. */
export interface RetentionContext {
  folder: string;
  created: string;
  log: Log;
  /** The clock, in ms since the epoch. */
  now: () => number;
  /** Throws if this process must not write any more. */
  check: () => void;
}

/** How many of the newest segments are searched for the newest record: the last one may hold a replay of old records. */
const NEWEST = 4;

/** Compresses closed segments, and deletes what is too old or too much. Says what it deletes, and what it keeps for whom. */
export class RetentionKeeper {
  readonly #context: RetentionContext;
  readonly #options: RetentionOptions;
  /** The times of closed segments, by name: each is read once. */
  readonly #times = new Map<string, SegmentTimes>();

  constructor(context: RetentionContext, options: RetentionOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** @param openNumber the number of the open segment, which is never touched */
  async run(openNumber: number): Promise<void> {
    const { folder, log, check } = this.#context;
    const { compress, keepMs, maxBytes } = this.#options;
    check();
    if (compress === true)
      for (const segment of await listSegments(folder))
        if (segment.number < openNumber && segment.hasPlain && !segment.hasGzip)
          await compressSegment(segment, { log, check });
    if (keepMs !== undefined || maxBytes !== undefined) await this.#delete(openNumber);
  }

  async #delete(openNumber: number): Promise<void> {
    const { folder, created, log, now, check } = this.#context;
    const segments = await listSegments(folder);
    const clock = now();
    const newestRecord = await this.#newestRecord(segments, openNumber);
    const closed = await this.#candidates(segments.filter(({ number }) => number < openNumber));
    const rejected = await rejectedCandidates(folder);
    const open = [
      ...segments.filter(({ number }) => number >= openNumber).map(pathOf),
      join(folder, REJECTED),
    ];
    const openBytes = await Promise.all(open.map(async (path) => (await statIfAny(path))?.size ?? 0));
    const totalBytes = [...openBytes, ...[...closed, ...rejected].map(({ bytes }) => bytes)].reduce(sum, 0);
    const readers = await readersOf(folder, created);
    const facts = { rejected, segments: closed, totalBytes, clock, newestRecord, readers };
    const plan = planRetention(facts, this.#options);
    for (const { path, bytes, newest, why } of plan.deletions) {
      check();
      await unlink(path).catch(undefinedIfMissing);
      const last = newest === undefined ? "" : `, newest record ${new Date(newest).toISOString()}`;
      log.warn(`deleted ${path} (${countOf(bytes, "byte")}${last}): ${why}`);
    }
    for (const { reader, bytes, segments: count } of plan.held)
      log.warn(
        `kept ${countOf(count, "segment")} (${countOf(bytes, "byte")}) that ${reader} has not read: konnect-audit forward ${folder} --forget ${reader} ends that reader`,
      );
    if (plan.clockAheadMs !== undefined)
      log.warn(
        `nothing is deleted by --keep: this machine's clock is ${Math.round(plan.clockAheadMs / 60_000)} min ahead of the newest record. If that is right, give --keep-silent`,
      );
  }

  async #candidates(closed: readonly Segment[]): Promise<Candidate[]> {
    const { keepMs, keepSilent } = this.#options;
    const candidates: Candidate[] = [];
    let mayBeOld = keepMs !== undefined;
    for (const segment of closed) {
      const path = pathOf(segment);
      const found = await statIfAny(path);
      if (found === undefined) continue;
      // Segments are in the order of time: behind one that is young enough, only those whose times are known are judged.
      const isKnown = this.#times.has(segment.name);
      const newest = mayBeOld || isKnown ? await this.#newestOf(segment, found.mtimeMs) : undefined;
      candidates.push({ path, bytes: found.size, newest, segment: segment.number });
      const limit = this.#context.now() - (keepMs ?? 0);
      if (keepMs !== undefined && !keepSilent && newest !== undefined && newest > limit) mayBeOld = false;
    }
    return candidates;
  }

  /** A record without a time counts as when its segment was closed. */
  async #newestOf(segment: Segment, closedAt: number): Promise<number | undefined> {
    const known = this.#times.get(segment.name) ?? (await timesOf(segment));
    this.#times.set(segment.name, known);
    return known.hasUntimed ? Math.max(closedAt, known.newest ?? 0) : known.newest;
  }

  /** The newest time of a record of the archive. Undefined without `keepMs`. */
  async #newestRecord(segments: readonly Segment[], openNumber: number): Promise<number | undefined> {
    if (this.#options.keepMs === undefined) return undefined;
    let newest: number | undefined;
    for (const segment of segments.slice(-NEWEST)) {
      const path = pathOf(segment);
      const found = await stat(path).catch(undefinedIfMissing);
      if (found === undefined || found.size === 0) continue;
      const isClosed = segment.number < openNumber;
      const time = isClosed ? await this.#newestOf(segment, found.mtimeMs) : (await timesOf(segment)).newest;
      if (time !== undefined && (newest === undefined || time > newest)) newest = time;
    }
    return newest;
  }
}

async function rejectedCandidates(folder: string): Promise<Candidate[]> {
  return Promise.all(
    (await listClosedRejected(folder)).map(async ({ path }) => {
      const { size, mtimeMs } = await stat(path);
      return { path, bytes: size, newest: (await lastRejectionAt(path)) ?? mtimeMs };
    }),
  );
}

const sum = (a: number, b: number) => a + b;
