import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { auditRecords } from "../../src/testing/index.js";
import { dial, gzip, SECRET, start } from "./support.js";

const lines = [...auditRecords(5)];

describe("a body that cannot be read", () => {
  const whole = gzip(lines);
  const flipped = (at: number) => {
    const copy = Buffer.from(whole);
    copy[at < 0 ? copy.length + at : at]! ^= 0x40;
    return copy;
  };
  const second = gzipSync("CEF:0|a|b|c|d|e|1|x=second");
  it.each([
    ["a wrong checksum", flipped(-5), "gzip"],
    ["a wrong length", flipped(-1), "gzip"],
    ["a cut trailer", whole.subarray(0, -3), "gzip"],
    ["a cut middle", whole.subarray(0, 200), "gzip"],
    ["nothing but its header", whole.subarray(0, 10), "gzip"],
    ["garbage behind its end", Buffer.concat([whole, Buffer.from("garbage")]), "gzip"],
    ["a header that names gzip over binary data", Buffer.from([0x00, 0x01, 0x02]), "gzip"],
    ["a header with an unknown coding", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x80, 0x81]).fill(0x80), "zstd"],
    ["too many layers", [1, 2, 3, 4, 5].reduce((body) => gzipSync(body), whole), "gzip"],
    ...Array.from({ length: second.length - 1 }, (_, i) => [
      `a second member cut at ${i + 1}`,
      Buffer.concat([whole, second.subarray(0, i + 1)]),
      "gzip",
    ]),
  ] as [string, Buffer, string][])(
    "for %s is sent again, and rejected with its bytes",
    async (_, body, encoding) => {
      const { post, rejected, batches } = await start();
      expect((await post(body, { "content-encoding": encoding })).status).toBe(500);
      expect(rejected).toEqual([
        expect.objectContaining({ reason: "broken", truncated: false, problem: expect.any(String) }),
      ]);
      expect(Buffer.from(rejected[0]!.body!).equals(body)).toBe(true);
      expect(batches).toEqual([]);
    },
  );

  it("because it is cut does not make a batch", async () => {
    const { port, receiver, batches } = await start();
    const { socket } = await dial(port);
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\nauthorization: ${SECRET}\r\ncontent-length: 1000\r\n\r\n`);
    socket.write(whole.subarray(0, 100));
    await expect.poll(() => receiver.stats().active).toBe(1);
    socket.destroy();
    await expect.poll(() => receiver.stats()).toMatchObject({ active: 0, answers: { 500: 1 } });
    expect(batches).toEqual([]);
  });

  it("for it comes too slowly has its connection closed, and gives its place back", async () => {
    const { port, receiver, batches, post } = await start({ bodyTimeoutMs: 1_000, maxConcurrent: 1 });
    const { socket, closed } = await dial(port);
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\nauthorization: ${SECRET}\r\ncontent-length: 1000\r\n\r\nx`);
    const drip = setInterval(() => socket.write("x"), 10);
    await closed;
    clearInterval(drip);
    expect(receiver.stats()).toMatchObject({ active: 0, answers: { 500: 1 } });
    expect((await post(whole)).status).toBe(204);
    expect(batches).toHaveLength(1);
  });
});

describe("a body that is compressed otherwise", () => {
  const text = Buffer.from(lines.join("\n"));
  const zlib = deflateSync(text);
  const encodings = ["", "gzip", "application/gzip", "br", "deflate", "identity", "zstd"];
  const zstd = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x24]), text]);

  it("is decompressed if Node can, whatever the header says", async () => {
    const { post, batches } = await start();
    for (const encoding of encodings)
      for (const body of [
        zlib,
        deflateSync(text, { level: 1 }),
        deflateSync(text, { level: 9 }),
        gzipSync(text),
      ])
        expect((await post(body, { "content-encoding": encoding })).status, encoding).toBe(204);
    expect((await post(brotliCompressSync(text), { "content-encoding": "br" })).status).toBe(204);
    for (const { records } of batches) expect(records.map(({ text }) => text)).toEqual(lines);
  });

  it.each([
    ["brotli under another name", () => brotliCompressSync(text), ["", "gzip", "deflate"]],
    ["brotli that is cut", () => brotliCompressSync(text).subarray(0, 100), encodings],
    [
      "brotli with something behind it",
      () => Buffer.concat([brotliCompressSync(text), Buffer.from("x")]),
      encodings,
    ],
    ["zstd", () => zstd, encodings],
    ["zlib that is cut", () => zlib.subarray(0, -5), encodings],
    ["zlib that is cut early", () => zlib.subarray(0, 20), encodings],
    ["zlib that is broken", () => Buffer.concat([zlib.subarray(0, 50), zlib.subarray(60)]), encodings],
    ["xz", () => Buffer.from("fd377a585a000004e6d6b446", "hex"), encodings],
    ["bzip2", () => Buffer.from("425a68393141592653598e", "hex"), encodings],
    ["lz4", () => Buffer.from("04224d186440a7", "hex"), encodings],
    ["UTF-16", () => Buffer.from(lines[0]!, "utf16le"), encodings],
    ["invalid UTF-8", () => Buffer.from([0x61, 0xff, 0xfe, 0x0a]), encodings],
    ["a zero byte", () => Buffer.from("a\u0000b\n"), encodings],
  ] as [string, () => Buffer, string[]][])(
    "is sent again and rejected, never taken for text: %s",
    async (_, make, named) => {
      const { post, batches, rejected } = await start();
      const body = make();
      for (const encoding of named)
        expect((await post(body, { "content-encoding": encoding })).status, encoding).toBe(500);
      expect(batches).toEqual([]);
      expect(rejected).toHaveLength(named.length);
      for (const { reason, body: kept } of rejected) {
        expect(reason).toBe("broken");
        expect(Buffer.from(kept!).equals(body)).toBe(true);
      }
    },
  );

  it("is text where a compression was only guessed", async () => {
    const { post, batches } = await start();
    for (const body of ["x^", "x^hello\n", "h\u0005".replace("\u0005", "!"), "8O", "plain"])
      for (const encoding of ["", "deflate", "br"])
        expect((await post(body, { "content-encoding": encoding })).status).toBe(204);
    expect(batches).toHaveLength(15);
  });

  it("costs no batch for one byte that a client chose", async () => {
    const { post, batches } = await start();
    const odd = Buffer.concat([Buffer.from(`${lines[0]} x`), Buffer.from([0xff, 0x01, 0x00, 0x7f])]);
    expect((await post(Buffer.concat([odd, Buffer.from(`\n${lines[1]}`)]))).status).toBe(204);
    expect(Buffer.from(batches[0]!.records[0]!.bytes).equals(odd)).toBe(true);
  });

  it("may have a byte order mark before any record, which changes no id", async () => {
    const { post, batches } = await start();
    await post(lines.join("\n"));
    await post(lines.map((line) => `\uFEFF${line} \r`).join("\n"));
    expect(batches[1]?.id).toBe(batches[0]?.id);
  });
});

describe("a delivery over a limit", () => {
  it.each([
    ["a body", { maxBodyBytes: 100 }, Buffer.from("x".repeat(101)), 100],
    ["what it inflates to", { maxInflatedBytes: 1000 }, gzipSync("x".repeat(1001)), undefined],
    ["a body that is not compressed", { maxInflatedBytes: 1000 }, Buffer.from("x".repeat(1001)), undefined],
    ["a line", { maxLineBytes: 1000 }, gzipSync(`a\n${"x".repeat(1001)}`), undefined],
    ["lines", { maxRecords: 10 }, gzipSync("a\n".repeat(11)), undefined],
    ["empty lines", { maxRecords: 10 }, gzipSync("\n".repeat(11)), undefined],
    ["a bomb", {}, gzipSync(Buffer.alloc(100 * 2 ** 20)), undefined],
    ["a nested bomb", {}, gzipSync(gzipSync(Buffer.alloc(100 * 2 ** 20))), undefined],
    ["millions of empty lines", {}, gzipSync(Buffer.alloc(60 * 2 ** 20, "\n")), undefined],
  ])("is a 413, and rejected, up to the limit: %s", async (_, limits, body, kept) => {
    const { post, rejected, batches } = await start(limits);
    expect((await post(body)).status).toBe(413);
    expect(rejected).toEqual([
      expect.objectContaining({ reason: "too_large", truncated: kept !== undefined }),
    ]);
    expect(rejected[0]?.body).toHaveLength(kept ?? body.length);
    expect(batches).toEqual([]);
  });

  it("is taken at the limit", async () => {
    const { post } = await start({
      maxBodyBytes: 100,
      maxInflatedBytes: 1000,
      maxLineBytes: 500,
      maxRecords: 2,
    });
    expect((await post("x".repeat(100))).status).toBe(204);
    expect((await post(gzipSync(`${"x".repeat(499)}\n${"x".repeat(500)}`))).status).toBe(204);
  });

  it("is sent again when what rejects it fails", async () => {
    const onRejected = () => Promise.reject(new Error("disk"));
    const { post } = await start({ maxBodyBytes: 10, onRejected });
    expect((await post("x".repeat(11))).status).toBe(500);
  });
});
