import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  KonnectError,
  type ReadRecord,
  type RecordSource,
  readAuditRecords,
} from "../../../src/records/index.js";
import { createVerifier } from "../../../src/signature/index.js";
import { auditRecord, auditRecords, createSigner } from "../../../src/testing/index.js";

async function all(source: RecordSource, options = {}): Promise<ReadRecord[]> {
  const records: ReadRecord[] = [];
  for await (const record of readAuditRecords(source, options)) records.push(record);
  return records;
}
const lines = [
  ...auditRecords(30),
  auditRecord({ format: "json", user_agent: "日本 ünïcode 🎉" }),
  "garbage",
];
const text = lines.join("\n");
const bytes = new TextEncoder().encode(text);
const texts = async (source: RecordSource) => (await all(source)).map(({ text }) => text);

async function* inPieces(of: Uint8Array, size: number) {
  for (let at = 0; at < of.length; at += size) yield of.subarray(at, at + size);
}

describe("readAuditRecords", () => {
  it("reads events and other lines, with their places", async () => {
    const records = await all(`${lines[0]}\r\n\r\n  \n${lines[1]}\nno record\n`);
    expect(records).toEqual([
      { event: expect.objectContaining({ raw: lines[0] }), text: lines[0], lineNumber: 1, byteOffset: 0 },
      {
        event: expect.objectContaining({ raw: lines[1] }),
        text: lines[1],
        lineNumber: 4,
        byteOffset: lines[0]!.length + 7,
      },
      {
        error: expect.objectContaining({ reason: "no_record", line: "no record" }),
        text: "no record",
        lineNumber: 5,
        byteOffset: lines[0]!.length + lines[1]!.length + 8,
      },
    ]);
  });

  it.each([
    ["text", () => text],
    ["bytes", () => bytes],
    ["a byte order mark", () => `\uFEFF${text}`],
    ["a Node stream", () => Readable.from([Buffer.from(text)])],
    ["a web stream", () => new Blob([text]).stream()],
    ["chunks of text", () => text.match(/.{1,7}/gsu)!],
    ["single bytes", () => inPieces(bytes, 1)],
    ["gzip", () => gzipSync(text)],
    ["gzip in single bytes", () => inPieces(gzipSync(text), 1)],
    ["two members of gzip", () => Buffer.concat([gzipSync(text.slice(0, 5000)), gzipSync(text.slice(5000))])],
    ["gzip as a web stream", () => new Blob([gzipSync(text)]).stream()],
  ] as [string, () => RecordSource][])("takes %s", async (_, source) => {
    expect(await texts(source())).toEqual(lines);
  });

  it("takes a file's stream, and closes it when the loop is left", async () => {
    const folder = mkdtempSync(join(tmpdir(), "read-"));
    const file = join(folder, "audit.log");
    writeFileSync(file, `${text}\n`.repeat(2000));
    for (const content of [`${text}\n`.repeat(2000), gzipSync(`${text}\n`.repeat(2000))]) {
      writeFileSync(file, content);
      const stream = createReadStream(file);
      for await (const { lineNumber } of readAuditRecords(stream)) if (lineNumber === 40) break;
      expect(stream.destroyed).toBe(true);
    }
    rmSync(folder, { recursive: true });
  });

  it("inflates without Node too", async () => {
    vi.spyOn(process, "getBuiltinModule").mockImplementation((() => undefined) as never);
    expect(await texts(gzipSync(text))).toEqual(lines);
    vi.restoreAllMocks();
  });

  it("cuts chunks anywhere, and gives the same", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("\n", "\r\n", "a", "é", "日", "🎉", "CEF:0|a|b|c|d|e|1|x=1", " "), {
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 40 }),
        async (parts, size, maxLineBytes) => {
          const whole = new TextEncoder().encode(parts.join(""));
          const options = { maxLineBytes };
          const plain = await all(whole, options);
          expect(await all(inPieces(whole, size), options)).toEqual(plain);
          for (const { text: raw, byteOffset, bytes } of plain)
            expect(
              Buffer.from(whole)
                .subarray(byteOffset)
                .indexOf(bytes ?? raw),
            ).toBe(0);
        },
      ),
    );
  });

  it("keeps the bytes of invalid UTF-8, which can be verified", async () => {
    const signer = createSigner("read");
    const record = signer.sign(
      Buffer.concat([Buffer.from("CEF:0|a|b|c|d|e|1|user_agent="), Buffer.from([0xff, 0xfe])]),
    );
    const replaced = auditRecord({ user_agent: "\uFFFD", signer });
    const [first, second] = await all(Buffer.concat([record, Buffer.from(`\n${replaced}`)]));
    expect(first?.bytes).toEqual(new Uint8Array(record));
    expect(second?.bytes).toBeUndefined();
    const verifier = createVerifier({ keys: signer.jwks });
    expect((await verifier.verify(first!.bytes!)).status).toBe("valid");
    expect((await verifier.verify(second!.text)).status).toBe("valid");
  });

  it("makes an error of a line that is too long, keeps its beginning, and goes on", async () => {
    const long = `CEF:0|a|b|c|d|e|1|x=${"y".repeat(5000)}`;
    for (const size of [7, 600, 100_000])
      for (const source of [`${lines[0]}\n${long}\n${lines[1]}`, `${lines[0]}\n${lines[1]}\n${long}`, long]) {
        const records = await all(inPieces(new TextEncoder().encode(source), size), { maxLineBytes: 2000 });
        const [bad, ...others] = records.filter(({ error }) => error);
        expect(bad).toMatchObject({ error: { reason: "too_long" }, text: long.slice(0, 1024) });
        expect(bad?.bytes).toHaveLength(1024);
        expect(others).toEqual([]);
        expect(records.filter(({ event }) => event)).toHaveLength(source === long ? 0 : 2);
      }
  });

  it("hands on what its source throws, and what zlib finds broken", async () => {
    async function* broken() {
      yield "x\n";
      throw new Error("disk");
    }
    await expect(all(broken())).rejects.toThrow("disk");
    await expect(all(gzipSync(text).subarray(0, 300))).rejects.toThrow(/unexpected end/);
    const flipped = gzipSync(text);
    flipped[flipped.length - 5]! ^= 1;
    await expect(all(flipped)).rejects.toThrow();
    for (const wrong of [7, null, undefined, {}, [7]])
      await expect(all(wrong as never)).rejects.toThrow(KonnectError);
  });

  it("reads on behind zero bytes between the members of gzip, wherever chunks are cut", async () => {
    const members = lines.map((line) => gzipSync(`${line}\n`));
    for (const zeros of [0, 1, 7, 70_000]) {
      const padding = Buffer.alloc(zeros);
      const padded = Buffer.concat(members.flatMap((member) => [member, padding]));
      expect(await texts(padded)).toEqual(lines);
      for (const size of zeros > 100 ? [4096] : [1, 13, 300])
        expect(await texts(inPieces(padded, size))).toEqual(lines);
    }
    const garbage = Buffer.concat([members[0]!, Buffer.alloc(1), Buffer.from("garbage")]);
    await expect(all(garbage)).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("says that gzip is broken or cut, wherever it is", async () => {
    const member = gzipSync(text);
    for (const cut of [2, 3, 9, 10, 11, member.length - 9, member.length - 8, member.length - 1]) {
      const error = await all(inPieces(member.subarray(0, cut), 100)).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(KonnectError);
      expect(error).toMatchObject({
        code: "invalid_input",
        message: expect.stringMatching(/gzip data is broken or cut/),
      });
    }
    const second = Buffer.concat([member, member.subarray(0, 20)]);
    await expect(all(second)).rejects.toMatchObject({ code: "invalid_input" });
    vi.spyOn(process, "getBuiltinModule").mockImplementation((() => undefined) as never);
    await expect(all(member.subarray(0, 300))).rejects.toMatchObject({ code: "invalid_input" });
    async function* broken() {
      yield member.subarray(0, 300);
      throw new Error("disk");
    }
    await expect(all(broken())).rejects.toThrow("disk");
  });

  it("is linear in the chunks of one line", async () => {
    const line = new TextEncoder().encode(`CEF:0|a|b|c|d|e|1|x=${"y".repeat(2 ** 20 - 100)}`);
    const count = (size: number) => {
      let calls = 0;
      const real = Uint8Array.prototype.set;
      const spy = vi.spyOn(Uint8Array.prototype, "set").mockImplementation(function (
        this: Uint8Array,
        from,
        at,
      ) {
        calls += (from as Uint8Array).length;
        return real.call(this, from, at);
      });
      return all(inPieces(line, size)).then((records) => {
        spy.mockRestore();
        expect(records).toHaveLength(1);
        return calls;
      });
    };
    // Bytes that are copied, not time: no more than a few times the line.
    expect(await count(16)).toBeLessThan(6 * line.length);
    expect(await count(4096)).toBeLessThan(6 * line.length);
  });

  it.each([0, -1, Number.NaN, 1.5, Number.POSITIVE_INFINITY, "1000", null])(
    "refuses maxLineBytes %j",
    async (maxLineBytes) => {
      await expect(
        readAuditRecords(text, { maxLineBytes: maxLineBytes as never }).next(),
      ).rejects.toMatchObject({
        code: "invalid_options",
        message: expect.stringContaining("maxLineBytes"),
      });
    },
  );

  it.each(["audit.log.gz", "./audit.log", "C:\\logs\\my audit.log", "/var/log/audit.jsonl"])(
    "asks whether %s is a path",
    async (path) => {
      const [record] = await all(path);
      expect(record?.error?.message).toMatch(/is this a path\?.*createReadStream/);
      expect(record?.text).toBe(path);
    },
  );

  it("returns several records requested at once", async () => {
    const records = readAuditRecords(inPieces(bytes, 100));
    const results = await Promise.all(Array.from({ length: 40 }, () => records.next()));
    expect(results.map(({ value }) => value?.text).filter(Boolean)).toEqual(lines);
    expect(results.at(-1)).toEqual({ value: undefined, done: true });
  });

  it("succeeds without input", async () => {
    for (const nothing of ["", new Uint8Array(), [], "\n\n", gzipSync("")])
      expect(await all(nothing)).toEqual([]);
  });
});
