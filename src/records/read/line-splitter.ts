import { isSpace, skipByteOrderMark } from "../../shared/white-space.js";

/** One line of a stream of bytes. */
export interface Line {
  /** Counted from 1, blank lines included. */
  lineNumber: number;
  /** Where the line begins, in bytes (of gzip, in inflated bytes). */
  byteOffset: number;
  /** The line without its line break: a part of the chunk, or a copy. Of a line that is too long, its beginning. */
  bytes: Uint8Array;
  isTooLong: boolean;
}

/** How many bytes are kept of a line that is too long. */
const KEPT = 1_024;

/**
 * Splits bytes at line feeds. Skips blank lines.
 */
export class LineSplitter {
  readonly #maxLineBytes: number;
  readonly #kept: number;
  /** The beginning of the current line, in a buffer that grows by doubling. */
  #held = new Uint8Array(0);
  #heldBytes = 0;
  #isTooLong = false;
  #lineNumber = 0;
  /** The offset of the current line, and of the next chunk. */
  #start = 0;
  #position = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
    this.#kept = Math.min(KEPT, maxLineBytes);
  }

  /** The number of lines so far, blank ones included. */
  get lineNumber(): number {
    return this.#lineNumber;
  }

  /** The lines that end in this chunk. */
  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      this.#add(lines, chunk, from, end);
      from = end + 1;
      this.#start = this.#position + from;
    }
    this.#keep(chunk, from);
    this.#position += chunk.length;
    return lines;
  }

  /** The last line, if no line feed ends it. */
  end(): Line[] {
    const lines: Line[] = [];
    if (this.#heldBytes > 0) this.#add(lines, new Uint8Array(0), 0, 0);
    return lines;
  }

  #keep(chunk: Uint8Array, from: number): void {
    if (this.#isTooLong) return;
    // With room for a byte order mark and a carriage return, which are not part of the line.
    if (this.#heldBytes + chunk.length - from <= this.#maxLineBytes + 4) {
      this.#hold(chunk.subarray(from));
      return;
    }
    this.#hold(chunk.subarray(from, from + this.#kept));
    this.#isTooLong = true;
  }

  #hold(bytes: Uint8Array): void {
    const size = this.#heldBytes + bytes.length;
    if (size > this.#held.length) {
      const larger = new Uint8Array(Math.max(size, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = size;
  }

  #add(lines: Line[], chunk: Uint8Array, from: number, end: number): void {
    this.#lineNumber++;
    let bytes = chunk;
    let start = from;
    let stop = end;
    let isTooLong = this.#isTooLong;
    if (this.#heldBytes > 0) {
      if (!isTooLong) this.#hold(chunk.subarray(from, end));
      bytes = this.#held;
      start = 0;
      stop = this.#heldBytes;
      this.#heldBytes = 0;
      this.#isTooLong = false;
    }
    if (stop > start && bytes[stop - 1] === 0x0d && !isTooLong) stop--;
    if (this.#start === 0) start = skipByteOrderMark(bytes, start);
    if (stop - start > this.#maxLineBytes) isTooLong = true;
    if (isTooLong) stop = Math.min(stop, start + this.#kept);
    if (isBlank(bytes, start, stop)) return;
    const isHeld = bytes === this.#held;
    lines.push({
      lineNumber: this.#lineNumber,
      byteOffset: this.#start,
      bytes: isHeld ? bytes.slice(start, stop) : bytes.subarray(start, stop),
      isTooLong,
    });
  }
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isSpace(bytes[at]!)) return false;
  return true;
}
