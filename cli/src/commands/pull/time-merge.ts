/** What is merged: it has a time. */
interface Timed {
  event: { time?: Date | undefined };
}

/** The sorted records of a source that wait for the others, and what takes them. */
interface Waiting<T> {
  records: T[];
  taken: () => void;
}

/**
 * Merges sources whose records come sorted, in parts, by time. A part waits until every other source has told what it has up to
 * then, or has ended. A source that is not expected waits for nobody.
 */
export class TimeMerge<T extends Timed> {
  readonly #expected: Set<unknown>;
  readonly #print: (records: readonly T[]) => Promise<void>;
  readonly #waiting = new Map<unknown, Waiting<T>>();
  #last: Promise<void> = Promise.resolve();

  constructor(sources: Iterable<unknown>, print: (records: readonly T[]) => Promise<void>) {
    this.#expected = new Set(sources);
    this.#print = print;
  }

  /** Adds a sorted part. Resolves when all of it is printed. */
  async add(source: unknown, records: T[]): Promise<void> {
    if (!this.#expected.has(source)) return this.#next(() => this.#print(records));
    const done = new Promise<void>((taken) => this.#waiting.set(source, { records, taken }));
    await this.#next(() => this.#advance());
    await done;
  }

  /** Nothing more comes of a source. */
  async end(source: unknown): Promise<void> {
    this.#expected.delete(source);
    await this.#next(() => this.#advance());
  }

  /** One after the other, so that lines of two sources do not mix. */
  #next(work: () => Promise<void>): Promise<void> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Prints what nobody can have older records than. */
  async #advance(): Promise<void> {
    while (this.#waiting.size > 0 && [...this.#expected].every((source) => this.#waiting.has(source))) {
      const border = Math.min(...[...this.#waiting.values()].map(({ records }) => timeOf(records.at(-1)!)));
      const printed: T[] = [];
      const emptied: (() => void)[] = [];
      for (const [source, { records, taken }] of this.#waiting) {
        const later = records.findIndex((record) => timeOf(record) > border);
        printed.push(...records.splice(0, later === -1 ? records.length : later));
        if (records.length > 0) continue;
        this.#waiting.delete(source);
        emptied.push(taken);
      }
      await this.#print(printed.sort((a, b) => timeOf(a) - timeOf(b)));
      for (const taken of emptied) taken();
    }
  }
}

function timeOf({ event: { time } }: Timed): number {
  return time?.getTime() ?? 0;
}
