import { BASE, decodePoint, encodeNumber, P, type Point } from "./decode-point.js";

/** What `assembly/index.ts` exports. */
interface Exports {
  memory: WebAssembly.Memory;
  base(): number;
  baseSize(): number;
  keySize(): number;
  addBase(table: number, x: number, y: number): void;
  addKey(table: number, key: number, x: number, y: number): void;
  verify(checks: number, count: number, tableOfB: number): void;
}

/** The most keys with a table, of 1.6 MB each. */
export const MOST_KEYS = 8;
/** The most checks in a call. */
export const MOST_CHECKS = 512;
/** Bytes for the messages of a call. */
export const AREA = 2 ** 20;
const PAGE = 65_536;

/** The memory of an instance: checks, messages, the table of the base point, and the tables of keys. */
export class Memory {
  readonly #wasm: Exports;
  readonly #checks: number;
  readonly #tableOfBase: number;
  readonly #firstTable: number;
  /** In the order of their last use. */
  readonly #tables = new Map<string, number>();
  /** The address of the messages of a call. */
  readonly messages: number;

  constructor(module: WebAssembly.Module) {
    this.#wasm = new WebAssembly.Instance(module).exports as unknown as Exports;
    this.#checks = this.#wasm.base();
    this.messages = this.#checks + 16 * MOST_CHECKS;
    this.#tableOfBase = this.messages + AREA;
    this.#firstTable = this.#tableOfBase + this.#wasm.baseSize();
    this.#growTo(this.#firstTable);
    const [x, y] = this.#writePoint(BASE);
    this.#wasm.addBase(this.#tableOfBase, x, y);
  }

  /**
   * The address of the table of a key, which is made if it does not exist. The ninth key takes the place of the one whose last use is
   * longest ago. Undefined for bytes that are not a point. Overwrites the messages.
   */
  tableOf(key: Uint8Array): number | undefined {
    const name = key.join();
    const known = this.#tables.get(name);
    if (known !== undefined) {
      this.#tables.delete(name);
      this.#tables.set(name, known);
      return known;
    }
    const point = decodePoint(key);
    return point === undefined ? undefined : this.#makeTable(name, key, point);
  }

  /** Copies messages to where they are checked. */
  load(messages: Uint8Array): void {
    new Uint8Array(this.#wasm.memory.buffer).set(messages, this.messages);
  }

  /** For each message, given by its address and its number of signed bytes: whether the key of the table signed it. */
  verify(checks: readonly (readonly [address: number, length: number])[], table: number): boolean[] {
    const view = new Uint32Array(this.#wasm.memory.buffer, this.#checks, 4 * MOST_CHECKS);
    for (const [i, [address, length]] of checks.entries()) view.set([address, length, table], 4 * i);
    if (checks.length > 0) this.#wasm.verify(this.#checks, checks.length, this.#tableOfBase);
    return checks.map((_, i) => view[4 * i + 3] === 1);
  }

  #makeTable(name: string, key: Uint8Array, { x, y }: Point): number {
    const size = this.#wasm.keySize();
    let table = this.#firstTable + this.#tables.size * size;
    if (this.#tables.size === MOST_KEYS) {
      const [oldest, place] = this.#tables.entries().next().value!;
      this.#tables.delete(oldest);
      table = place;
    }
    this.#growTo(table + size);
    // Tables of keys are of -A.
    const [atX, atY, atKey] = this.#writePoint({ x: (P - x) % P, y });
    new Uint8Array(this.#wasm.memory.buffer).set(key, atKey);
    this.#wasm.addKey(table, atKey, atX, atY);
    this.#tables.set(name, table);
    return table;
  }

  /** Writes a point where messages stand otherwise. Returns the addresses of x and y, and one where 32 bytes are free. */
  #writePoint({ x, y }: Point): [x: number, y: number, free: number] {
    this.load(Uint8Array.from([...encodeNumber(x), ...encodeNumber(y)]));
    return [this.messages, this.messages + 32, this.messages + 64];
  }

  #growTo(end: number): void {
    const { memory } = this.#wasm;
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  }
}
