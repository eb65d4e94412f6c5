import { describe, expect, it } from "vitest";
import { isPulled, readSignedRecord } from "../../src/records/signed/signed-record.js";
import { createVerifier } from "../../src/signature/index.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";

const signer = createSigner("records");
const pulled = '{"ts":"2026-11-20T10:00:00Z","type":"authorization"}';
const nested = (depth: number) => `{"ts":${"[".repeat(depth)}${"]".repeat(depth)}}`;

describe("a pulled record", () => {
  it.each([
    ["one", pulled, true],
    ["white space before it", ` \t\r\n${pulled}`, true],
    ["a byte order mark before it", `\uFEFF${pulled}`, true],
    ["its ts escaped", pulled.replace("ts", "\\u0074s"), true],
    ["text before it", `x${pulled}`, false],
    ["an array of one", `[${pulled}]`, false],
    ["broken JSON", pulled.slice(0, -1), false],
    ["no ts", pulled.replace('"ts"', '"at"'), false],
    ["as deep as allowed", nested(499), true],
    ["deeper", nested(3_000), false],
    ["a delivered record with a ts", '{"ts":"x","name":"Ingress"}', false],
    ["nothing", "", false],
  ])("%s", async (_, text, is) => {
    expect(isPulled(text)).toBe(is);
    expect(isPulled(new TextEncoder().encode(text))).toBe(is);
  });
});

describe("a record", () => {
  it("has the record without its wrapper only where the wrapper has Konnect's spelling and its end", () => {
    const line = auditRecord({ format: "cps", signer });
    const inner = (text: string) => {
      const record = readSignedRecord(text);
      return record?.unwrappedPayload && bytesOf(record.unwrappedPayload).toString();
    };
    const bytesOf = (value: string | Uint8Array) => Buffer.from(value as string);
    const bare = line.slice('{"event":'.length, -1).replace(/,"sig":"[\w-]{86}"/, "");
    expect(inner(line)).toBe(bare);
    expect(inner(line.replace('{"event":{', '{"event": {'))).toBe(bare);
    expect(inner(line.replace('{"event":{', '{ "event":{'))).toBeUndefined();
    expect(inner(line.replace('{"event":{', '{"event":  {'))).toBeUndefined();
    expect(inner(`${line.slice(0, -1)} }`)).toBeUndefined();
    expect(inner(auditRecord({ format: "json", signer }))).toBeUndefined();
    expect(inner(auditRecord({ signer }))).toBeUndefined();
  });

  it("is malformed if it is neither text nor bytes", async () => {
    const verifier = createVerifier({ keys: signer.jwks });
    for (const given of [undefined, null, 7, {}, [65], new ArrayBuffer(8)])
      expect(await verifier.verify(given as never)).toEqual({ status: "malformed", reason: "no_record" });
  });
});

describe("the URL of a key set", () => {
  it.each(["https://user@x.test/", "https://:secret@x.test/", "https://user:secret@x.test/"])(
    "must not contain credentials: %s",
    (keys) => {
      expect(() => createVerifier({ keys })).toThrow(/without user and password/);
      expect(() => createVerifier({ keys: new URL(keys) })).toThrow(/without user and password/);
    },
  );
});
