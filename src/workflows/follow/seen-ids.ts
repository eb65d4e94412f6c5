import { ID_LENGTH } from "./pulled-id.js";

/** The length of a span, in ms. Ids are kept and dropped by span. */
const SPAN = 10_000;

/**
 * The most ids: 2,000 records a second over the default overlap. Such a checkpoint has 14 MB.
 */
export const MAX_SEEN = 1_250_000;

interface Span {
  ids: Set<string>;
  /** The same ids, joined: what a checkpoint stores. */
  text: string;
}

/** The ids of records that were yielded, by the time of the record. */
export class SeenIds {
  readonly #spans = new Map<number, Span>();
  #size = 0;

  /** @param stored the ids of a checkpoint */
  constructor(stored: Readonly<Record<string, string>> = {}) {
    for (const [number, text] of Object.entries(stored)) {
      const ids = new Set<string>();
      for (let at = 0; at < text.length; at += ID_LENGTH) ids.add(text.slice(at, at + ID_LENGTH));
      this.#spans.set(Number(number), { ids, text });
      this.#size += ids.size;
    }
  }

  /** The number of ids. */
  get size(): number {
    return this.#size;
  }

  has(id: string, at: number): boolean {
    return this.#spans.get(Math.floor(at / SPAN))?.ids.has(id) === true;
  }

  add(id: string, at: number): void {
    const number = Math.floor(at / SPAN);
    const span = this.#spans.get(number) ?? { ids: new Set(), text: "" };
    if (span.ids.size === 0) this.#spans.set(number, span);
    span.ids.add(id);
    span.text += id;
    this.#size++;
  }

  /** Drops the spans that end before a time, in ms. */
  dropBefore(time: number): void {
    for (const number of this.#spans.keys()) if ((number + 1) * SPAN <= time) this.#drop(number);
  }

  /** Drops the oldest spans until there are at most `most` ids. Returns how many were dropped. */
  dropOldest(most: number): number {
    const before = this.#size;
    if (before <= most) return 0;
    for (const number of [...this.#spans.keys()].sort((a, b) => a - b)) {
      this.#drop(number);
      if (this.#size <= most) break;
    }
    return before - this.#size;
  }

  /** What a checkpoint stores. */
  stored(): Record<string, string> {
    return Object.fromEntries([...this.#spans].map(([number, { text }]) => [number, text]));
  }

  #drop(number: number): void {
    this.#size -= this.#spans.get(number)!.ids.size;
    this.#spans.delete(number);
  }
}
