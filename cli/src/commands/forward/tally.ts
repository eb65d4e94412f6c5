import type { ReadLine } from "../../archive/read-lines.js";
import type { Broken } from "../../archive/reader.js";
import { ExitError } from "../../errors.js";
import { countOf } from "../../output/count.js";
import type { Log } from "../../output/log.js";
import type { Item } from "../../targets/target.js";

/** How many lines that are not records are named. */
const SHOWN = 10;

/** Counts what became of the records of a run. */
export class Tally {
  /** Records that were given to the target, whatever became of them. */
  sent = 0;
  /** Those of them that are done: in a run that breaks off, some are not. */
  done = 0;
  /** Records in the dead-letter file, and records that the target did not take otherwise. */
  refused = 0;
  rejected = 0;
  /** When the newest record that was given to the target happened, in ms since the epoch. */
  newest = 0;
  /** Segments beside the given ones that have unread records. */
  readonly notGiven: string[] = [];
  #notRecords = 0;
  readonly #broken = new Set<string>();
  #reason = "";

  constructor(
    readonly to: string,
    readonly log: Log,
  ) {}

  get forwarded(): number {
    return this.sent - this.refused - this.rejected;
  }

  /** A record needs nothing more, whatever became of it. */
  finish({ event }: Item): void {
    this.done++;
    this.newest = Math.max(this.newest, event?.time?.getTime() ?? 0);
  }

  reject(reason: string): void {
    this.rejected++;
    this.#reason = reason;
  }

  breakOff({ name, error }: Broken): void {
    if (!this.#broken.has(name)) this.log.warn(`${name} could not be read to its end: ${error.message}`);
    this.#broken.add(name);
  }

  /**
   * What is sent of some lines. A line that is not a record is counted and named. Of an archive it is sent as it is, because
   * Konnect delivered it; anything could be in other files.
   */
  itemsOf(lines: readonly ReadLine[], isDelivered: boolean): Item[] {
    return lines.flatMap(({ id, text, bytes, event, at, isTooLong }) => {
      const item = { id, raw: text, ...(bytes && { bytes }), event };
      if (event !== undefined) return [item];
      if (++this.#notRecords <= SHOWN)
        this.log.warn(`${at}: not a record${isTooLong ? ", but a line that is too long" : ""}`);
      return isDelivered && !isTooLong ? [item] : [];
    });
  }

  /** Says what became of the records of a service, which ends well when it is stopped. */
  endService(deadLetters: string): void {
    try {
      this.end(deadLetters);
    } catch (error) {
      this.log.warn((error as ExitError).message);
    }
  }

  /** Says what became of the records. @throws ExitError 3 if something could not be read, 1 if something was not taken */
  end(deadLetters: string): void {
    const { to, log, rejected, refused, notGiven } = this;
    const others = [
      ...(rejected > 0 ? [`${countOf(rejected, "record")} rejected (${this.#reason})`] : []),
      ...(refused > 0 ? [`${countOf(refused, "record")} refused: see ${deadLetters}`] : []),
      ...(this.#notRecords > 0 ? [`${countOf(this.#notRecords, "line")} not a record`] : []),
      ...(notGiven.length > 0
        ? [`not given, with unread records: ${notGiven.join(", ")} (give the folder instead)`]
        : []),
    ];
    const mark = others.length === 0 && this.#broken.size === 0 ? "✓" : "!";
    log.info(`${mark} ${countOf(this.forwarded, "record")} forwarded to ${to}`);
    if (this.#broken.size > 0) {
      for (const other of others) log.warn(other);
      throw new ExitError(3, `could not be read to the end: ${[...this.#broken].join(", ")}`);
    }
    if (others.length > 0) throw new ExitError(1, others.join("; "));
  }
}
