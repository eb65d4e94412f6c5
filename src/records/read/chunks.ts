import { KonnectError } from "../../errors.js";
import { readStream } from "../../shared/streams.js";
import { gunzip } from "./gunzip.js";

/** A source of records: text, bytes, or a stream of either (a web stream, a Node stream, or any iterable). */
export type RecordSource =
  | string
  | Uint8Array
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

/** The bytes of a source, chunk by chunk. Inflates gzip, with any number of members. */
export async function* readChunks(source: RecordSource): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = bytesOf(source)[Symbol.asyncIterator]();
  try {
    // The first two bytes identify gzip (RFC 1952, 2.3.1). A stream may deliver them one by one.
    let head = new Uint8Array();
    while (head.length < 2) {
      const { value, done } = await chunks.next();
      if (done) break;
      head = concat(head, value);
    }
    const whole = prepend(head, chunks);
    yield* head[0] === 0x1f && head[1] === 0x8b ? gunzip(whole) : whole;
  } finally {
    // Leaving a loop over the rest does not close the stream, because its head was taken separately.
    await chunks.return?.(undefined);
  }
}

async function* prepend(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function* bytesOf(source: RecordSource): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  const asBytes = (chunk: unknown): Uint8Array => {
    if (chunk instanceof Uint8Array) return chunk;
    if (typeof chunk === "string") return encoder.encode(chunk);
    throw new KonnectError(
      "invalid_input",
      `readAuditRecords: chunks must be text or bytes (got ${typeof chunk})`,
    );
  };
  if (typeof source === "string") {
    // In pieces, so that a long text is not in memory twice. Never between the halves of a surrogate pair.
    for (let at = 0; at < source.length; ) {
      let end = Math.min(at + 65_536, source.length);
      if (end < source.length && /[\uD800-\uDBFF]/.test(source.charAt(end - 1))) end++;
      yield encoder.encode(source.slice(at, end));
      at = end;
    }
  } else if (source instanceof Uint8Array) yield source;
  else if (typeof source === "object" && source !== null && "getReader" in source)
    for await (const chunk of readStream(source)) yield asBytes(chunk);
  else if (isIterable(source)) for await (const chunk of source) yield asBytes(chunk);
  else
    throw new KonnectError(
      "invalid_input",
      "readAuditRecords: source must be text, bytes, or a stream of either",
    );
}

function isIterable(source: unknown): source is Iterable<unknown> | AsyncIterable<unknown> {
  return (
    typeof source === "object" &&
    source !== null &&
    (Symbol.asyncIterator in source || Symbol.iterator in source)
  );
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
