/** The words of an id: the first 128 bits of a SHA-256. */
const WORDS = 4;
const FIRST_CAPACITY = 1_024;
const EMPTY = -1;

/**
 * The last ids of a sink. A million of them take 24 MB, where a Set of strings takes more than a hundred: the ids are in a ring,
 * and a table with open addressing says where each is.
 */
export class IdWindow {
  readonly #window: number;
  #capacity: number;
  /** A ring of `#capacity` ids. */
  #ids: Uint32Array;
  /** For each hash, the place of an id in the ring. */
  #table: Int32Array;
  #mask: number;
  /** The number of ids, and the place of the next one. */
  #size = 0;
  #next = 0;

  /** @param window the most ids: a newer one replaces the oldest */
  constructor(window: number) {
    this.#window = window;
    this.#capacity = Math.min(window, FIRST_CAPACITY);
    this.#ids = new Uint32Array(this.#capacity * WORDS);
    this.#table = newTable(this.#capacity);
    this.#mask = this.#table.length - 1;
  }

  get size(): number {
    return this.#size;
  }

  /** @param id a SHA-256 in hex */
  has(id: string): boolean {
    return this.#table[this.#slotOf(wordsOf(id))] !== EMPTY;
  }

  /** Remembers an id. Does nothing if it is known. */
  add(id: string): void {
    const words = wordsOf(id);
    if (this.#table[this.#slotOf(words)] !== EMPTY) return;
    if (this.#size === this.#capacity && this.#capacity < this.#window) this.#grow();
    if (this.#size === this.#capacity) this.#remove(this.#next);
    this.#ids.set(words, this.#next * WORDS);
    this.#table[this.#slotOf(words)] = this.#next;
    this.#next = (this.#next + 1) % this.#capacity;
    this.#size++;
  }

  /** The slot of an id, or the empty slot where it belongs. */
  #slotOf([a, b, c, d]: readonly [number, number, number, number]): number {
    const ids = this.#ids;
    for (let slot = a & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const place = this.#table[slot]!;
      if (place === EMPTY) return slot;
      const at = place * WORDS;
      if (ids[at] === a && ids[at + 1] === b && ids[at + 2] === c && ids[at + 3] === d) return slot;
    }
  }

  /** Forgets the id at a place, and moves later ones up, so that every id can still be found from its hash. */
  #remove(place: number): void {
    const at = place * WORDS;
    const ids = this.#ids;
    let hole = this.#slotOf([ids[at]!, ids[at + 1]!, ids[at + 2]!, ids[at + 3]!]);
    for (let slot = (hole + 1) & this.#mask; this.#table[slot] !== EMPTY; slot = (slot + 1) & this.#mask) {
      const home = ids[this.#table[slot]! * WORDS]! & this.#mask;
      if (((slot - home) & this.#mask) < ((slot - hole) & this.#mask)) continue;
      this.#table[hole] = this.#table[slot]!;
      hole = slot;
    }
    this.#table[hole] = EMPTY;
    this.#size--;
  }

  /** The ring is full, and its oldest id is at 0. */
  #grow(): void {
    const ids = this.#ids;
    this.#capacity = Math.min(this.#capacity * 2, this.#window);
    this.#ids = new Uint32Array(this.#capacity * WORDS);
    this.#ids.set(ids);
    this.#table = newTable(this.#capacity);
    this.#mask = this.#table.length - 1;
    for (let place = 0; place < this.#size; place++) {
      const at = place * WORDS;
      this.#table[this.#slotOf([ids[at]!, ids[at + 1]!, ids[at + 2]!, ids[at + 3]!])] = place;
    }
    this.#next = this.#size;
  }
}

/** At most half full, and a power of two. */
function newTable(capacity: number): Int32Array {
  return new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2))).fill(EMPTY);
}

function wordsOf(id: string): [number, number, number, number] {
  const word = (i: number) => Number.parseInt(id.slice(8 * i, 8 * i + 8), 16);
  return [word(0), word(1), word(2), word(3)];
}
