import type { Log } from "../output/log.js";
import type { ArchivePosition, SegmentPlace } from "./positions.js";
import { fingerprint, type ReadLine, readLines, wholeLines } from "./read-lines.js";
import { listSegments, type OpenedSegment, openSegment, pathOf, type Segment } from "./segments.js";

/** What stops the reading of one source: the others go on. */
export interface Broken {
  name: string;
  error: Error;
}

/** A part of an archive, and the position behind it. */
export interface ArchivePart {
  lines: ReadLine[];
  position: ArchivePosition;
}

/** How an archive is read. */
export interface ArchiveReaderOptions {
  folder: string;
  /** `created` of the archive. */
  created: string | null;
  /** Undefined for a reader that begins. */
  position: ArchivePosition | undefined;
  /** The most lines, and about the most bytes, of a part. */
  size: number;
  log: Log;
  onBroken: (broken: Broken) => void;
}

/** An open segment, from which byte to read, and the fingerprint of its first line if it is known. */
type PlacedSegment = OpenedSegment & { skip: number; first: string };

/** The most bytes of a part. One line may be longer. */
const PART_BYTES = 16 * 2 ** 20;

/** Reads an archive from a position on, in whatever form its segments are by now. Segments that were read are not opened again. */
export class ArchiveReader {
  readonly #options: ArchiveReaderOptions;
  #position: ArchivePosition;

  constructor(options: ArchiveReaderOptions) {
    const { folder, created, position, log } = options;
    this.#options = options;
    const begin: ArchivePosition = { created, segment: 0, first: "", offset: 0, behind: [] };
    const isOther = position !== undefined && position.created !== null && position.created !== created;
    if (isOther) log.warn(`${folder} has another archive than before: it is read from its beginning`);
    this.#position = position === undefined || isOther ? begin : { ...position, created };
  }

  get position(): ArchivePosition {
    return this.#position;
  }

  /** What the archive has behind the position by now. */
  async *parts(): AsyncGenerator<ArchivePart> {
    const { folder, log } = this.#options;
    const segments = await listSegments(folder);
    if (this.#isReplaced(segments)) {
      log.warn(`the segments of ${folder} are not those of before: they are read from the beginning`);
      this.#position = { ...this.#position, segment: 0, first: "", offset: 0, after: undefined, behind: [] };
    }
    for (const place of this.#position.behind) yield* this.#readBehind(place, segments);
    for (const [i, segment] of segments.entries())
      if (segment.number >= this.#position.segment) yield* this.#readOn(segment, segments[i + 1]);
  }

  /** Whether somebody deleted segments and started over: their numbers are used again then. */
  #isReplaced(segments: readonly Segment[]): boolean {
    const { segment: next, after } = this.#position;
    const newest = segments.at(-1);
    if (newest === undefined || after === undefined) return false;
    const last = segments.find(({ number }) => number === next - 1);
    return last === undefined ? newest.number < next - 1 : last.name !== after;
  }

  /** Reads a segment from the position on. */
  async *#readOn(segment: Segment, next: Segment | undefined): AsyncGenerator<ArchivePart> {
    const { number, name } = segment;
    const { segment: at, first, offset } = this.#position;
    const opened = await this.#open(segment, number === at ? { first, offset } : undefined);
    // A segment is closed before the next one begins: nothing more is written to it.
    const isClosed = next !== undefined || (typeof opened === "object" && opened.isGzip);
    let isWhole = opened === "deleted";
    if (typeof opened === "object")
      isWhole = yield* this.#read(number, opened, (place) => {
        this.#position = { ...this.#position, ...place };
      });
    if (!isClosed) return;
    // What arrives of it later, when somebody has restored it, is read then.
    const behind = isWhole ? this.#position.behind : [...this.#position.behind, this.#here(number)];
    this.#position = { ...this.#position, segment: number + 1, first: "", offset: 0, after: name, behind };
    yield { lines: [], position: this.#position };
  }

  #here(number: number): SegmentPlace {
    const { segment, first, offset } = this.#position;
    return segment === number ? { segment, first, offset } : { segment: number, first: "", offset: 0 };
  }

  /** Reads what has arrived of a segment that could not be read to its end. */
  async *#readBehind(place: SegmentPlace, segments: readonly Segment[]): AsyncGenerator<ArchivePart> {
    const update = (now: SegmentPlace | undefined) => {
      const others = this.#position.behind.filter(({ segment }) => segment !== place.segment);
      this.#position = { ...this.#position, behind: now === undefined ? others : [...others, now] };
    };
    const segment = segments.find(({ number }) => number === place.segment);
    const opened = segment === undefined ? "deleted" : await this.#open(segment, place);
    let isWhole = opened === "deleted";
    if (typeof opened === "object") isWhole = yield* this.#read(place.segment, opened, update);
    if (isWhole) update(undefined);
    yield { lines: [], position: this.#position };
  }

  /** Opens a segment at a place, or at its beginning if it is another segment than that of the place. */
  async #open(
    segment: Segment,
    { first, offset }: { first: string; offset: number } = { first: "", offset: 0 },
  ): Promise<PlacedSegment | "deleted" | "broken"> {
    const { log, onBroken } = this.#options;
    try {
      const opened = await openSegment(segment, offset);
      if (opened === undefined) return "deleted";
      const hasNothingNew = !opened.isGzip && opened.size === offset;
      if (offset === 0 || hasNothingNew || (await firstIdOf(segment)) === first)
        return { ...opened, skip: offset, first };
      log.warn(`${opened.path} is another segment than before: it is read from its beginning`);
      opened.stream.destroy();
      const again = await openSegment(segment);
      return again === undefined ? "deleted" : { ...again, skip: 0, first: "" };
    } catch (error) {
      onBroken({ name: pathOf(segment), error: error as Error });
      return "broken";
    }
  }

  /** Yields the parts of an open segment. Returns whether it could be read to its end. */
  async *#read(
    number: number,
    { path, stream, isGzip, skip, first }: PlacedSegment,
    update: (place: SegmentPlace) => void,
  ): AsyncGenerator<ArchivePart, boolean> {
    const { size, onBroken } = this.#options;
    let lines: ReadLine[] = [];
    let bytes = 0;
    let id = first;
    const part = (): ArchivePart => {
      const last = lines.at(-1)!;
      update({ segment: number, first: id, offset: last.end });
      const taken = { lines, position: this.#position };
      lines = [];
      bytes = 0;
      return taken;
    };
    try {
      const source = isGzip ? stream : wholeLines(stream);
      for await (const line of readLines(path, source, isGzip ? 0 : skip)) {
        if (line.begin < skip) continue;
        if (id === "") id = fingerprint(line);
        lines.push(line);
        bytes += line.text.length;
        if (lines.length >= size || bytes >= PART_BYTES) yield part();
      }
      if (lines.length > 0) yield part();
      return true;
    } catch (error) {
      if (lines.length > 0) yield part();
      onBroken({ name: path, error: error as Error });
      return false;
    } finally {
      stream.destroy();
    }
  }
}

/** The fingerprint of the first line of a segment. */
async function firstIdOf(segment: Segment): Promise<string | undefined> {
  const opened = await openSegment(segment);
  if (opened === undefined) return undefined;
  try {
    for await (const line of readLines(opened.path, opened.stream)) return fingerprint(line);
  } catch {
    // Damaged before the end of its first record.
  } finally {
    opened.stream.destroy();
  }
  return undefined;
}
