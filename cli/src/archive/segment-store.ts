import type { Log } from "../output/log.js";
import type { Modes } from "./files.js";
import { OpenSegment, type Write } from "./open-segment.js";

/** When a segment is full, and how it is made. */
export interface SegmentStoreOptions {
  folder: string;
  segmentBytes: number;
  segmentAgeMs: number;
  modes: Modes;
  now: () => number;
  write: Write | undefined;
  log: Log;
  /** Called when the open segment has reached its age. */
  onAge: () => void;
  /** Called when a segment was closed. */
  onClosed: () => void;
}

/** The longest time of a timer, in ms. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** How often a batch goes to a new segment, because somebody interferes with the one before. */
const ATTEMPTS = 5;

/** The segments that one process writes, one after the other. */
export class SegmentStore {
  readonly #options: SegmentStoreOptions;
  #nextNumber: number;
  #open: OpenSegment | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SegmentStoreOptions, nextNumber: number) {
    this.#options = options;
    this.#nextNumber = nextNumber;
  }

  /** The number of the open segment, or of the next one: what is lower is closed. */
  get openNumber(): number {
    return this.#open?.number ?? this.#nextNumber;
  }

  /** Resolves when the lines are durable in a segment. */
  async append(lines: Uint8Array): Promise<void> {
    const { segmentBytes } = this.#options;
    if (this.#open !== undefined && this.#open.size >= segmentBytes) await this.close();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      this.#open ??= await this.#create();
      const segment = this.#open;
      try {
        const problem = await segment.append(lines);
        if (problem === undefined) return;
        this.#warn(segment, problem);
      } catch (error) {
        if (segment.isSpoiled) await this.close();
        throw error;
      }
      await this.close({ isKnown: true });
    }
    throw new Error(`another program interferes with the segments of ${this.#options.folder}`);
  }

  /** Closes the open segment. Says what somebody did to it, unless that is known. */
  async close({ isKnown = false } = {}): Promise<void> {
    const segment = this.#open;
    clearTimeout(this.#timer);
    this.#open = undefined;
    if (segment === undefined) return;
    const problem = await segment.close();
    if (problem !== undefined && !isKnown && !segment.isSpoiled) this.#warn(segment, problem);
    this.#options.onClosed();
  }

  #warn({ path }: OpenSegment, problem: string): void {
    const what = "records acknowledged in it may be lost, and new ones go to another segment";
    this.#options.log.warn(`${path} ${problem}: ${what}`);
  }

  async #create(): Promise<OpenSegment> {
    const { folder, modes, now, write, log, onAge, segmentAgeMs } = this.#options;
    for (;;) {
      const number = this.#nextNumber++;
      const segment = await OpenSegment.create(folder, number, { now: new Date(now()), modes, write });
      if (segment !== undefined) {
        this.#timer = setTimeout(onAge, Math.min(segmentAgeMs, LONGEST_TIMER)).unref();
        return segment;
      }
      log.warn(
        `${folder} has something in the place of segment ${number}, which is left alone: taking the next number`,
      );
    }
  }
}
