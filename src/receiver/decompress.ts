import { promisify } from "node:util";
import { brotliDecompress, constants, gunzip, inflate, inflateRaw } from "node:zlib";
import { KonnectError } from "../errors.js";
import { isRecordText } from "./text.js";

type Inflate = (
  bytes: Uint8Array,
  options: { maxOutputLength: number; info: true; finishFlush: number },
) => Promise<{ buffer: Buffer; engine: { bytesWritten: number } }>;

/** A compression, and how certain it is. */
interface Coding {
  name: string;
  inflate: Inflate | undefined;
  /** The bytes may also be text. */
  isGuess: boolean;
}

const inflater = (inflate: unknown) => promisify(inflate as typeof gunzip) as unknown as Inflate;
const GZIP: Coding = { name: "gzip", inflate: inflater(gunzip), isGuess: false };
const ZSTD: Coding = { name: "zstd", inflate: undefined, isGuess: false };
// The header of zlib can also begin a text: `x^`, `h`.
const ZLIB: Coding = { name: "zlib", inflate: inflater(inflate), isGuess: true };
// These two have no header, so only the Content-Encoding names them.
const DEFLATE: Coding = { name: "deflate", inflate: inflater(inflateRaw), isGuess: true };
const BROTLI: Coding = { name: "brotli", inflate: inflater(brotliDecompress), isGuess: true };
/** The most layers of compression. */
const MAX_LAYERS = 4;

/**
 * Decompresses a body. Looks at the bytes, not at the header: Konnect's documentation names `application/gzip`, which is not a
 * registered coding, and proxies change headers.
 *
 * @returns the bytes of the text
 * @throws {@link KonnectError} `delivery_broken`, `delivery_too_large`
 */
export async function inflated(body: Uint8Array, encoding: string, limit: number): Promise<Uint8Array> {
  let bytes = body;
  for (let layer = 0; ; layer++) {
    // The header describes the outermost layer.
    const coding = codingOf(bytes, layer === 0 ? encoding : "");
    if (coding === undefined) break;
    if (layer === MAX_LAYERS)
      throw new KonnectError("delivery_broken", `more than ${MAX_LAYERS} layers of compression`);
    const before = bytes;
    bytes = await inflateOnce(bytes, coding, limit);
    if (bytes === before) break;
  }
  if (bytes.length > limit) throw new KonnectError("delivery_too_large", `more than ${limit} bytes`);
  if (await isRecordText(bytes)) return bytes;
  const named = encoding === "" ? "" : ` (the header names ${JSON.stringify(encoding.slice(0, 40))})`;
  throw new KonnectError(
    "delivery_broken",
    `the body is not text, and not compressed in a known way${named}`,
  );
}

function codingOf(bytes: Uint8Array, encoding: string): Coding | undefined {
  const [first = 0, second = 0, third, fourth] = bytes;
  if (bytes.length === 0) return undefined;
  // RFC 1952, 2.3.1; RFC 8878, 3.1.1.
  if (first === 0x1f && second === 0x8b) return GZIP;
  if (first === 0x28 && second === 0xb5 && third === 0x2f && fourth === 0xfd) return ZSTD;
  // RFC 1950, 2.2. Some send deflate without that header; the only test is to inflate it.
  if ((first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0) return ZLIB;
  if (/deflate/i.test(encoding)) return DEFLATE;
  return /(^|[\s,/])br/i.test(encoding) ? BROTLI : undefined;
}

/** The decompressed bytes. Returns the bytes themselves if the compression was only a guess, and wrong. */
async function inflateOnce(bytes: Uint8Array, coding: Coding, limit: number): Promise<Uint8Array> {
  const { name, inflate, isGuess } = coding;
  if (inflate === undefined)
    throw new KonnectError(
      "delivery_broken",
      `the body is compressed with ${name}, which is not supported: send gzip`,
    );
  const finishFlush = coding === BROTLI ? constants.BROTLI_OPERATION_FINISH : constants.Z_FINISH;
  try {
    const { buffer, engine } = await inflate(bytes, { maxOutputLength: limit, info: true, finishFlush });
    // zlib ignores bytes after the last member, but a second member that was cut must be an error.
    if (bytes.subarray(engine.bytesWritten).some((byte) => byte !== 0))
      throw new KonnectError("delivery_broken", `there is data after the end of the ${name} data`);
    return buffer;
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE")
      throw new KonnectError("delivery_too_large", `inflates to more than ${limit} bytes`);
    if (isGuess) return bytes;
    if (error instanceof KonnectError) throw error;
    throw new KonnectError("delivery_broken", `cannot be decompressed: ${(error as Error).message}`);
  }
}
