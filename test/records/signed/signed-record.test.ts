import { describe, expect, it } from "vitest";
import { KonnectError, parseAuditRecord, safeParseAuditRecord } from "../../../src/records/index.js";
import { createVerifier } from "../../../src/signature/index.js";
import { auditRecord, createSigner, samples } from "../../../src/testing/index.js";

const signer = createSigner("record");
const forger = createSigner("forger");
const verifier = createVerifier({ keys: signer.jwks });
const FORMATS = ["cef", "json", "cps"] as const;

/** The verification of the text and of its bytes, which must agree. */
async function verify(record: string) {
  const verification = await verifier.verify(record);
  expect(await verifier.verify(new TextEncoder().encode(record))).toEqual(verification);
  return verification;
}

describe("what parses as a delivered event", () => {
  const members = (names: string[]) =>
    `{${names.map((name) => `${name}:"x"`).join(",")},"granted":true,"trace_id":"t"}`;

  it.each([
    ["an escaped name", '{"ts":"x","\\u006eame":"Authz.organization","granted":true}'],
    ["another escaped name", '{"ts":"x","type":"authorization","n\\u0061me":"Authz.organization"}'],
    ["a name, and a ts", '{"ts":"x","name":"Authz.organization"}'],
    ["an escaped event", '{"ts":"x","\\u0065vent":{"name":"Ingress"}}'],
    ["an event, and a ts", '{"event":{"ts":"x","name":"Ingress"}}'],
    ["white space", '{ "ts" : "x" ,\t"name" : "Ingress" }'],
  ])("is judged as one: %s", async (_, record) => {
    expect(safeParseAuditRecord(record).success).toBe(true);
    const forged = forger.sign(record);
    expect(safeParseAuditRecord(forged).success).toBe(true);
    const { status } = await verify(forged);
    expect(["invalid", "malformed"]).toContain(status);
    expect(await verify(record)).toEqual({ status: "unsigned", reason: "no_signature" });
  });

  it("is a pulled record only where it has ts and no name, however that is written", async () => {
    const pulled = { status: "unverifiable", reason: "pulled_record" };
    for (const names of [
      ['"ts"', '"type"'],
      ['"\\u0074s"', '"type"'],
      ['"type"', '"t\\u0073"'],
    ]) {
      expect(await verify(members(names))).toEqual(pulled);
      expect(await verify(`${members(names).slice(0, -1)},"signature":"x"}`)).toEqual(pulled);
      expect(await verify(signer.sign(members(names)).replace(/.{5}"}$/, 'AAAAA"}'))).toEqual(pulled);
    }
    expect(await verify('{"type":"x"}')).toMatchObject({ status: "malformed", reason: "no_record" });
  });

  it("behind a byte order mark is the record without it", async () => {
    for (const format of FORMATS) {
      const record = auditRecord({ format, signer });
      expect((await verify(`\uFEFF${record}`)).status).toBe("valid");
      expect(parseAuditRecord(`\uFEFF${record}`)).toMatchObject({ format });
      expect((await verify(`\uFEFF${auditRecord({ format, signer: forger })}`)).status).toBe("invalid");
      expect((await verify(`\uFEFF${auditRecord({ format })}`)).status).toBe("unsigned");
      expect((await verify(`\uFEFF\uFEFF${record}`)).status).not.toBe("valid");
    }
    expect((await verify(`\uFEFF${JSON.stringify({ ts: "x", type: "y" })}`)).status).toBe("unverifiable");
  });

  it("is not a record for the verifier if it is not one for the parser", async () => {
    for (const text of [
      "",
      "hello",
      "{",
      "{}",
      "[]",
      '{"a":1}',
      "CEF:0|a|b",
      "CEF:0|a|b|c|d|e|1|a=1\nb=2",
      "\uFEFF",
    ])
      expect(await verify(text), text).toEqual({ status: "malformed", reason: "no_record" });
    for (const sample of Object.values(samples)) expect((await verify(sample)).status).toBe("invalid");
  });
});

describe("a signed record in JSON", () => {
  const record = auditRecord({ format: "json", signer });
  const payload = auditRecord({ format: "json" });
  const signature = record.slice(-88, -2);
  const escaped = (character: string) => `\\u00${character.charCodeAt(0).toString(16)}`;

  it("is valid in the documented spelling only: last, in the middle, first", async () => {
    expect((await verify(record)).status).toBe("valid");
    const middle = payload.indexOf(',"name"');
    expect(
      (await verify(`${payload.slice(0, middle)},"sig":"${signature}"${payload.slice(middle)}`)).status,
    ).toBe("valid");
    expect((await verify(`{"sig":"${signature}",${payload.slice(1)}`)).status).toBe("valid");
  });

  it.each([
    ["a space before the comma", ` ,"sig":"${signature}"`],
    ["a space behind the comma", `, "sig":"${signature}"`],
    ["a tab behind the comma", `,\t"sig":"${signature}"`],
    ["a line break behind the comma", `,\n"sig":"${signature}"`],
    ["a space before the colon", `,"sig" :"${signature}"`],
    ["a space behind the colon", `,"sig": "${signature}"`],
    ["a space behind the value", `,"sig":"${signature}" `],
    ["an escape in the key", `,"si\\u0067":"${signature}"`],
    ["the key escaped whole", `,"\\u0073\\u0069\\u0067":"${signature}"`],
    ["an escape in the value", `,"sig":"${escaped(signature.charAt(0))}${signature.slice(1)}"`],
    ["the value escaped whole", `,"sig":"${[...signature].map(escaped).join("")}"`],
    ["padding", `,"sig":"${signature}=="`],
    ["base64", `,"sig":"${Buffer.from(signature, "base64url").toString("base64")}"`],
    ["a line break in the value", `,"sig":"${signature.slice(0, 40)}\\n${signature.slice(40)}"`],
  ])("is not valid with %s", async (_, member) => {
    for (const spelling of [
      `${payload.slice(0, -1)}${member}}`,
      `{"event":${payload.slice(0, -1)}${member}}}`,
    ])
      expect(["malformed", "invalid"]).toContain((await verify(spelling)).status);
    const first = `{${member.replace(",", "")},${payload.slice(1)}`;
    expect(["malformed", "invalid"]).toContain((await verify(first)).status);
  });

  it("is malformed, not unsigned, if its signature has another spelling", async () => {
    expect(await verify(`${payload.slice(0, -1)}, "sig":"${signature}"}`)).toEqual({
      status: "malformed",
      reason: "signature_encoding",
    });
    expect(await verify(`${payload.slice(0, -1)},"\\u0073ig":"${signature}"}`)).toMatchObject({
      status: "malformed",
    });
  });
});

describe("createVerifier", () => {
  it("refuses what it cannot use, and says what to pass", () => {
    for (const options of [
      undefined,
      null,
      {},
      { keys: null },
      { keys: 7 },
      { keys: {} },
      { keys: "" },
      { keys: "http://example.com/jwks.json" },
      { keys: "https://user:secret@example.com/jwks.json" },
      { keys: signer.jwks, now: 5 },
    ]) {
      const attempt = () => createVerifier(options as never);
      expect(attempt).toThrow(KonnectError);
      expect(attempt).toThrow(/^createVerifier: /);
      expect(attempt).not.toThrow(/secret/);
    }
  });
});
