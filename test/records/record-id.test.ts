import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordId } from "../../src/records/index.js";
import { createVerifier } from "../../src/signature/index.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";

const signer = createSigner("ids");
const forger = createSigner("forger");
const verifier = createVerifier({ keys: signer.jwks });
const payload =
  '{"action":"edit","granted":true,"name":"Authz.organization","org_id":"O","principal_id":"P","trace_id":"T","user_agent":"c"}';
const sha = (text: string) => createHash("sha256").update(text).digest("hex");

/** The id of text, which is that of its bytes. */
function idOf(text: string): string {
  const id = recordId(text);
  expect(recordId(new TextEncoder().encode(text))).toBe(id);
  return id;
}

describe("recordId of a signed record", () => {
  const signature = signer.signature(payload);
  const sig = `"sig":"${signature}"`;
  const last = payload.replace(/}$/, `,${sig}}`);

  it("is one for all forms that are valid", async () => {
    const json = [
      last,
      payload.replace("{", `{${sig},`),
      payload.replace(',"org_id"', `,${sig},"org_id"`),
      `{"event":${last}}`,
      `{"event": ${last}}`,
    ];
    const forms = json.flatMap((form) => [form, `\uFEFF${form}`, `${form}\r`, `${form} \t\r\n`]);
    for (const form of forms) {
      expect((await verifier.verify(form)).status, form).toBe("valid");
      expect(idOf(form), form).toBe(sha(`${payload}\0${signature}`));
    }
  });

  it("is one for a CPS record whose signature covers the wrapper, in it or beside it", async () => {
    const wrapper = `{"event":${payload}}`;
    const covering = signer.signature(wrapper);
    const inside = `{"event":${payload.slice(0, -1)},"sig":"${covering}"}}`;
    const beside = `{"event":${payload},"sig":"${covering}"}`;
    for (const form of [inside, beside]) {
      expect((await verifier.verify(form)).status).toBe("valid");
      expect(idOf(form)).toBe(sha(`${payload}\0${covering}`));
    }
  });

  it("is one for a CEF record with white space at its end, or a byte order mark", () => {
    const line = auditRecord({ signer });
    const [signed, own] = line.split(" sig=");
    for (const form of [line, `${line}\r`, `${line} `, `${line}\t\r\n`, `\uFEFF${line}`])
      expect(idOf(form)).toBe(sha(`${signed}\0${own}`));
  });

  it("is another one if the signature is forged, or is not in the accepted spelling", () => {
    const forged = last.replace(signature, forger.signature(payload));
    const spelled = payload.replace(/}$/, `, ${sig}}`);
    const padded = last.replace(signature, `${signature}==`);
    expect(new Set([last, forged, spelled, padded].map(idOf)).size).toBe(4);
    expect(idOf(spelled)).toBe(sha(spelled));
  });

  it("is another one if anything else in the record changes", () => {
    fc.assert(
      fc.property(fc.nat(payload.length - 2), fc.constantFrom(..."ax1"), (at, character) => {
        const changed = last.slice(0, at + 1) + character + last.slice(at + 2);
        if (changed !== last) expect(idOf(changed)).not.toBe(idOf(last));
      }),
    );
  });

  it.each([16_295, 16_296, 16_297, 16_298, 40_000])("is that of text and bytes of %i bytes", (length) => {
    for (const before of [
      "CEF:0|KongInc|Konnect|1.0|k|Authz.x|1|rt=1 user_agent=",
      '{"name":"Authz.x","user_agent":"',
    ]) {
      const text = before + "x".repeat(length - before.length - (before.startsWith("{") ? 2 : 0));
      const whole = before.startsWith("{") ? `${text}"}` : text;
      expect(whole).toHaveLength(length);
      expect(idOf(signer.sign(whole))).toBe(sha(`${whole}\0${signer.signature(whole)}`));
    }
  });

  it("is one wherever the signature is in a CPS record", async () => {
    const inner = payload.slice(1, -1);
    for (const form of [
      `{"event":{${sig},${inner}}}`,
      `{"event": {${sig},${inner}}}`,
      `{"event":{${inner},${sig}}}`,
    ]) {
      expect((await verifier.verify(form)).status, form).toBe("valid");
      expect(idOf(form), form).toBe(sha(`${payload}\0${signature}`));
    }
    const covering = signer.signature(`{"event":${payload}}`);
    for (const form of [
      `{"sig":"${covering}","event":${payload}}`,
      `{"event":${payload},"sig":"${covering}"}`,
    ])
      expect(idOf(form), form).toBe(sha(`${payload}\0${covering}`));
  });

  it("keeps a wrapper that Konnect does not write: its signature covers it", async () => {
    for (const wrapper of ['{ "event":', '{"event":  ', '{"events":', '{"xvent":']) {
      const whole = `${wrapper}${payload}}`;
      const own = signer.signature(whole);
      const form = `${wrapper}${payload.slice(0, -1)},"sig":"${own}"}}`;
      if (wrapper.includes('"event"')) expect(idOf(form), form).toBe(sha(`${whole}\0${own}`));
      else expect(idOf(form), form).toBe(sha(form));
    }
  });

  it("of bytes that are not UTF-8 is that of the bytes", () => {
    const bytes = Buffer.concat([
      Buffer.from('{"name":"x","user_agent":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    const [a, b] = [signer, forger].map((each) => recordId(each.sign(bytes)));
    expect(a).not.toBe(b);
    const text = recordId(Buffer.from(signer.sign(bytes)).toString());
    expect(a).not.toBe(text);
  });
});

describe("recordId of other lines", () => {
  it("is the SHA-256 of the line without byte order mark and carriage returns at its end", () => {
    for (const line of [payload, "garbage", "", "CEF:0|a|b", '{"ts":"x"}'])
      for (const form of [line, `${line}\r`, `${line}\r\r`, `\uFEFF${line}`])
        expect(idOf(form)).toBe(sha(line));
    expect(idOf("garbage ")).not.toBe(idOf("garbage"));
  });

  it("refuses what is neither text nor bytes", () => {
    for (const given of [undefined, null, 7, {}])
      expect(() => recordId(given as never)).toThrow(/recordId: line must be/);
  });
});
