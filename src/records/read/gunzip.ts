import { KonnectError } from "../../errors.js";
import { readStream } from "../../shared/streams.js";

/**
 * Inflates gzip: any number of members (RFC 1952, 2.2), with zero bytes between or after them.
 *
 * Uses Node's zlib if available, or else the `DecompressionStream` of the web, which supports one member only.
 *
 * @throws {@link KonnectError} `invalid_input` if the gzip data is broken or cut, and whatever the source throws
 */
export async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");
  if (zlib === undefined) {
    yield* decompress(chunks);
    return;
  }
  const source = chunks[Symbol.asyncIterator]();
  let left: Uint8Array | undefined;
  const next = async () => {
    const chunk = left;
    left = undefined;
    if (chunk !== undefined && chunk.length > 0) return chunk;
    const { value, done } = await source.next();
    return done ? undefined : value;
  };
  for (;;) {
    const first = await next();
    if (first === undefined) return;
    // zlib stops at a zero byte after a member, and would skip everything after it.
    const start = first.findIndex((byte) => byte !== 0);
    if (start === -1) continue;
    left = yield* inflateMembers(zlib.createGunzip(INFLATE), first.subarray(start), next);
  }
}

/** Inflates ahead while records are handled. With zlib's default of 16 kB, the two wait for each other. */
const INFLATE = { chunkSize: 2 ** 16, highWaterMark: 2 ** 16 };
const AHEAD = 4;

type Gunzip = ReturnType<typeof import("node:zlib").createGunzip>;

/** Inflates members up to a zero byte after one, or the end. Returns the bytes that it did not consume. */
async function* inflateMembers(
  inflater: Gunzip,
  first: Uint8Array,
  next: () => Promise<Uint8Array | undefined>,
): AsyncGenerator<Uint8Array, Uint8Array, undefined> {
  let fed = 0;
  let last = first;
  const hasEnded = new Promise<void>((resolve) => {
    for (const event of ["end", "close"]) inflater.once(event, resolve);
  });
  const feed = async () => {
    for (let chunk: Uint8Array | undefined = first; chunk !== undefined; chunk = await next()) {
      fed += chunk.length;
      last = chunk;
      const write = new Promise<unknown>((resolve) => inflater.write(last, resolve));
      // zlib may not call back for the chunk in which it ended.
      await Promise.race([write, hasEnded]);
      if (inflater.bytesWritten < fed || inflater.destroyed) return;
    }
    // The end of a file that was cut is an error, which drops what the stream still holds.
    while (inflater.readableLength > 0 && !inflater.destroyed)
      await new Promise((resolve) => setTimeout(resolve, 1));
    inflater.end();
  };
  feed().catch((error) => inflater.destroy(error));
  try {
    yield* chunksOf(inflater);
  } catch (error) {
    throw isZlibError(error) ? broken(error) : error;
  } finally {
    inflater.destroy();
  }
  return last.subarray(last.length - (fed - inflater.bytesWritten));
}

/** The chunks of a stream. All of them, before its error: a stream drops what it holds when it fails. */
async function* chunksOf(inflater: Gunzip): AsyncGenerator<Uint8Array, void, undefined> {
  const ready: Uint8Array[] = [];
  let failure: { error: unknown } | undefined;
  let hasEnded = false;
  let wake = () => {};
  inflater.on("data", (chunk: Uint8Array) => {
    // While it is paused, zlib stops with a single chunk in the stream, so it cannot fail before that one is here.
    if (ready.push(chunk) >= AHEAD) inflater.pause();
    wake();
  });
  inflater.once("error", (error) => {
    failure = { error };
    wake();
  });
  for (const event of ["end", "close"])
    inflater.once(event, () => {
      hasEnded = true;
      wake();
    });
  for (;;) {
    const chunk = ready.shift();
    if (chunk !== undefined) {
      if (ready.length < AHEAD) inflater.resume();
      yield chunk;
    } else if (failure !== undefined) throw failure.error;
    else if (hasEnded) return;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith("Z_");
}

function broken(cause: Error): KonnectError {
  return new KonnectError(
    "invalid_input",
    `readAuditRecords: the gzip data is broken or cut (${cause.message}); every record before that point was read`,
    { cause },
  );
}

async function* decompress(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  const failed: { error: unknown }[] = [];
  const source = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        failed.push({ error });
        throw error;
      }
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  try {
    yield* readStream(
      source.pipeThrough(new DecompressionStream("gzip") as never) as ReadableStream<Uint8Array>,
    );
  } catch (error) {
    if (failed[0] !== undefined) throw failed[0].error;
    throw error instanceof Error ? broken(error) : error;
  }
}
