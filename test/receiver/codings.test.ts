import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inflated } from "../../src/receiver/decompress.js";
import { auditRecord } from "../../src/testing/index.js";

const line = auditRecord();
const LIMIT = 1e6;

/** What `inflated` makes of a body: its text, or why it is refused. */
async function outcome(body: Uint8Array, encoding = "", limit = LIMIT): Promise<string> {
  try {
    return Buffer.from(await inflated(body, encoding, limit)).toString();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code.replace("delivery_", "")}: ${message}`;
  }
}

describe("a compression", () => {
  it("is recognized by its whole magic number", async () => {
    const notText = /^broken: the body is not text/;
    for (const bytes of [
      [0x1f, 0x41],
      [0x00, 0x8b],
      [0x1f],
      [0x28, 0x00, 0x2f, 0xfd],
      [0x28, 0xb5, 0x00, 0xfd],
      [0x28, 0xb5, 0x2f, 0x00],
      [0x00, 0xb5, 0x2f, 0xfd],
      [0x28, 0xb5, 0x2f],
    ])
      expect(await outcome(Uint8Array.from(bytes)), bytes.join()).toMatch(notText);
    expect(await outcome(Uint8Array.of(0x1f, 0x8b))).toMatch(/^broken: cannot be decompressed/);
    expect(await outcome(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0))).toMatch(
      /^broken: .*zstd.*not supported/,
    );
  });

  it("is removed by its bytes, whatever the header says", async () => {
    for (const [body, encodings] of [
      [gzipSync(line), ["", "gzip", "identity", "br", "deflate"]],
      [deflateSync(line), ["", "gzip", "deflate"]],
      [deflateRawSync(line), ["deflate", "application/deflate"]],
      [brotliCompressSync(line), ["br", "application/br", "gzip, br", "gzip,br", "BR"]],
    ] as const)
      for (const encoding of encodings) expect(await outcome(body, encoding), encoding).toBe(line);
  });

  it("without a magic number needs its own name in the header", async () => {
    const body = brotliCompressSync(line);
    for (const encoding of ["", "gzip", "abr", "-br"])
      expect(await outcome(body, encoding), encoding).not.toBe(line);
    expect(await outcome(deflateRawSync(line), "br")).not.toBe(line);
  });

  it("is named by the header for the outermost layer only", async () => {
    // Brotli once; what comes out is text that brotli cannot read, and the header must not be tried on it again.
    const twice = brotliCompressSync(brotliCompressSync(line));
    expect(await outcome(twice, "br")).toMatch(/^broken: the body is not text/);
    expect(await outcome(brotliCompressSync(gzipSync(line)), "br")).toBe(line);
  });

  it("may be followed by zero bytes only", async () => {
    const body = gzipSync(line);
    expect(await outcome(Buffer.concat([body, Buffer.alloc(9)]))).toBe(line);
    expect(await outcome(Buffer.concat([body, Buffer.from("more")]))).toMatch(/^broken: /);
    expect(await outcome(Buffer.concat([body, Buffer.of(0, 1)]))).toMatch(/^broken: /);
    expect(await outcome(Buffer.concat([body, body]))).toBe(line + line);
    expect(await outcome(body.subarray(0, -9))).toMatch(/^broken: cannot be decompressed: unexpected end/);
  });

  it("is not seen in text that begins like one", async () => {
    for (const text of ["x^ is text", "h\u0001".slice(0, 1), "8", "(", ""])
      expect(await outcome(Buffer.from(text))).toBe(text);
  });
});

describe("a body that is refused", () => {
  it("names the header, at most 40 characters of it, and only if there is one", async () => {
    const binary = Uint8Array.of(0, 1, 2);
    expect(await outcome(binary)).toBe("broken: the body is not text, and not compressed in a known way");
    expect(await outcome(binary, "x-snappy")).toMatch(/known way \(the header names "x-snappy"\)$/);
    expect(await outcome(binary, "x".repeat(99))).toContain(`"${"x".repeat(40)}"`);
  });

  it("is over the limit, as sent or decompressed", async () => {
    expect(await outcome(Buffer.from("12345"), "", 5)).toBe("12345");
    expect(await outcome(Buffer.from("123456"), "", 5)).toBe("too_large: more than 5 bytes");
    expect(await outcome(gzipSync("1".repeat(6)), "", 5)).toBe("too_large: inflates to more than 5 bytes");
    expect(await outcome(gzipSync("1".repeat(5)), "", 5)).toBe("11111");
  });
});
