import { createGunzip } from "node:zlib";
import { recordId } from "konnect-audit-logs/records";
import { WORDS, writeWords } from "./id-window.js";
import { openSegment, type Segment } from "./segments.js";

/** The ids of a segment's lines. */
export interface SegmentIds {
  /** Four 32-bit words for each id, as `IdWindow` takes them. */
  words: Uint32Array;
  count: number;
  /** Why the rest of the segment could not be read. */
  damage: Error | undefined;
}

/** The inflated bytes that are hashed at a time. */
const CHUNK = 2 ** 18;
const LINE_FEED = 0x0a;

/** Reads the ids of a segment. Of a damaged one, those before the damage. */
export async function readIds(segment: Segment): Promise<SegmentIds> {
  const opened = await openSegment(segment);
  if (opened === undefined) return { ...new Words().taken(), damage: undefined };
  const { stream, isGzip } = opened;
  const inflater = createGunzip({ chunkSize: CHUNK });
  stream.once("error", (error) => inflater.destroy(error));
  return idsOfLines(isGzip ? stream.pipe(inflater) : stream);
}

/** The ids of lines. A last one without a line feed is not among them. */
export async function idsOfLines(chunks: AsyncIterable<Uint8Array>): Promise<SegmentIds> {
  const ids = new Words();
  let rest: Uint8Array = new Uint8Array();
  try {
    for await (const chunk of chunks) {
      const bytes: Uint8Array = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
        ids.add(recordId(bytes.subarray(start, end)));
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
    return { ...ids.taken(), damage: undefined };
  } catch (error) {
    return { ...ids.taken(), damage: error as Error };
  }
}

/** A list of ids that grows by doubling. */
class Words {
  #words = new Uint32Array(WORDS * 1_024);
  #count = 0;

  add(id: string): void {
    if (WORDS * this.#count === this.#words.length) {
      const larger = new Uint32Array(2 * this.#words.length);
      larger.set(this.#words);
      this.#words = larger;
    }
    writeWords(id, this.#words, WORDS * this.#count++);
  }

  taken(): { words: Uint32Array; count: number } {
    return { words: this.#words.subarray(0, WORDS * this.#count), count: this.#count };
  }
}
