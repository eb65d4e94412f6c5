/** The words of an id: the first 128 bits of a SHA-256. */
export const WORDS = 4;
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
  readonly #scratch = new Uint32Array(WORDS);
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
    writeWords(id, this.#scratch, 0);
    return this.#table[this.#slotOf(this.#scratch, 0)] !== EMPTY;
  }

  /** Remembers an id. Does nothing if it is known. */
  add(id: string): void {
    writeWords(id, this.#scratch, 0);
    this.addWords(this.#scratch);
  }

  /** Remembers ids, given as their words one after the other. */
  addWords(words: Uint32Array): void {
    for (let at = 0; at < words.length; at += WORDS) {
      if (this.#table[this.#slotOf(words, at)] !== EMPTY) continue;
      if (this.#size === this.#capacity && this.#capacity < this.#window) this.#grow();
      if (this.#size === this.#capacity) this.#remove(this.#next);
      for (let i = 0; i < WORDS; i++) this.#ids[this.#next * WORDS + i] = words[at + i]!;
      this.#table[this.#slotOf(words, at)] = this.#next;
      this.#next = (this.#next + 1) % this.#capacity;
      this.#size++;
    }
  }

  /** The slot of the id at a place of `words`, or the empty slot where it belongs. */
  #slotOf(words: Uint32Array, from: number): number {
    const ids = this.#ids;
    for (let slot = words[from]! & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const place = this.#table[slot]!;
      if (place === EMPTY) return slot;
      let i = 0;
      while (i < WORDS && ids[place * WORDS + i] === words[from + i]) i++;
      if (i === WORDS) return slot;
    }
  }

  /** Forgets the id at a place, and moves later ones up, so that every id can still be found from its hash. */
  #remove(place: number): void {
    const ids = this.#ids;
    let hole = this.#slotOf(ids, place * WORDS);
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
    for (let place = 0; place < this.#size; place++) this.#table[this.#slotOf(ids, place * WORDS)] = place;
    this.#next = this.#size;
  }
}

/** At most half full, and a power of two. */
function newTable(capacity: number): Int32Array {
  return new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2))).fill(EMPTY);
}

/** Writes the words of a SHA-256 in hex. */
export function writeWords(id: string, to: Uint32Array, at: number): void {
  for (let i = 0; i < WORDS; i++) {
    let word = 0;
    for (let digit = 8 * i; digit < 8 * i + 8; digit++) word = (word << 4) | digitOf(id.charCodeAt(digit));
    to[at + i] = word;
  }
}

/** The value of a hexadecimal digit: `0` is 48, `a` is 97. */
function digitOf(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
