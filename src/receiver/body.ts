import { promisify } from "node:util";
import { constants, gunzip, inflate, inflateRaw } from "node:zlib";

/** A body that is not handed on: over a limit, or one that does not inflate. */
export class BodyError extends Error {
  constructor(
    readonly reason: "broken" | "too_large",
    message: string,
  ) {
    super(message);
  }
}

/** What was read of a body. */
export interface ReadBody {
  bytes: Uint8Array;
  /** Stopped at the limit. */
  isCut: boolean;
}

/** Reads a body as it is sent, up to a limit. */
export async function readUpTo(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<ReadBody> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size > limit) return { bytes: Buffer.concat(parts, limit), isCut: true };
  }
  return { bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts), isCut: false };
}

type Inflate = (
  bytes: Uint8Array,
  options: { maxOutputLength: number; info: true; finishFlush: number },
) => Promise<{ buffer: Buffer; engine: { bytesWritten: number } }>;
const GUNZIP = promisify(gunzip) as unknown as Inflate;
const INFLATE = promisify(inflate) as unknown as Inflate;
const INFLATE_RAW = promisify(inflateRaw) as unknown as Inflate;
/** So many layers of compression are taken off. */
const MAX_LAYERS = 4;

/**
 * Takes the compression off, by what the bytes are and not by what the header says: `application/gzip`, as Konnect's
 * documentation has it, is no registered coding, and proxies change headers.
 *
 * @throws {@link BodyError}
 */
export async function inflated(body: Uint8Array, encoding: string, limit: number): Promise<Uint8Array> {
  let bytes = body;
  for (let layer = 0; ; layer++) {
    // What the header says is said of the outermost layer.
    const inflateWith = compressionOf(bytes, layer === 0 ? encoding : "");
    if (inflateWith === undefined) break;
    const before = bytes;
    if (layer === MAX_LAYERS) throw new BodyError("broken", `more than ${MAX_LAYERS} layers of compression`);
    bytes = await inflateOnce(bytes, inflateWith, limit);
    if (bytes === before) break;
  }
  if (bytes.length > limit) throw new BodyError("too_large", `more than ${limit} bytes`);
  if (/gzip|deflate|compress|br|zstd/i.test(encoding) && bytes.length > 0 && !isText(bytes[0]!))
    throw new BodyError(
      "broken",
      `the header names a compression (${encoding.slice(0, 40)}), and the body is none known`,
    );
  return bytes;
}

function compressionOf(bytes: Uint8Array, encoding: string): Inflate | undefined {
  const [first = 0, second = 0] = bytes;
  // RFC 1952, 2.3.1.
  if (first === 0x1f && second === 0x8b) return GUNZIP;
  if (!/deflate/i.test(encoding) || bytes.length === 0) return undefined;
  // RFC 1950, 2.2; some send deflate without that header, which nothing tells but that it inflates.
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0 ? INFLATE : INFLATE_RAW;
}

async function inflateOnce(bytes: Uint8Array, inflateWith: Inflate, limit: number): Promise<Uint8Array> {
  try {
    const options = { maxOutputLength: limit, info: true as const, finishFlush: constants.Z_FINISH };
    const { buffer, engine } = await inflateWith(bytes, options);
    // zlib passes over what stands behind the last member; a second one that was cut must not.
    if (bytes.subarray(engine.bytesWritten).some((byte) => byte !== 0))
      throw new BodyError("broken", "something that is no gzip stands behind the end");
    return buffer;
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE")
      throw new BodyError("too_large", `inflates to more than ${limit} bytes`);
    if (inflateWith === INFLATE_RAW && isText(bytes[0]!)) return bytes;
    if (error instanceof BodyError) throw error;
    throw new BodyError("broken", `does not inflate: ${(error as Error).message}`);
  }
}

/** True for a byte that text in UTF-8 can begin with. */
function isText(byte: number): boolean {
  return (
    byte === 0x09 ||
    byte === 0x0a ||
    byte === 0x0d ||
    (byte >= 0x20 && byte < 0x7f) ||
    (byte >= 0xc2 && byte < 0xf5)
  );
}
