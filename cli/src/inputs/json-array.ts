const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/**
 * Turns a JSON array into JSON Lines: each element in one line, with the text that it has there, so that no digit of a number is
 * lost. In linear time, whatever the length of an element. Text that is not JSON is passed on in some form, which is not a record.
 */
export async function* arrayToLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  for await (const chunk of chunks) {
    const out = new Uint8Array(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      let written = byte;
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isText = false;
      } else if (byte === QUOTE) isText = true;
      else if (OPEN.has(byte)) {
        if (depth++ === 0) written = SPACE;
      } else if (CLOSE.has(byte)) {
        if (--depth === 0) written = LINE_FEED;
      } else if (byte === COMMA && depth === 1) written = LINE_FEED;
      else if (byte === LINE_FEED || byte === CARRIAGE_RETURN) written = SPACE;
      out[length++] = written;
    }
    yield out.subarray(0, length);
  }
}
