import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  createVerifier,
  type JsonWebKeySet,
  KonnectError,
  type Verification,
} from "../../src/signature/index.js";
import { auditRecord, createSigner, samples } from "../../src/testing/index.js";

const FORMATS = ["cef", "json", "cps"] as const;
const signer = createSigner("verify");
const keys = signer.jwks;
const kid = keys.keys[0]!.kid;
const verifier = createVerifier({ keys });
const statusOf = async (record: string | Uint8Array, of = verifier) => (await of.verify(record)).status;

afterEach(() => {
  vi.restoreAllMocks();
});

describe("verify", () => {
  it.each(FORMATS)(
    "finds what the signer signed valid: %s, as text and as bytes, with a line break behind",
    async (format) => {
      const valid = format === "cps" ? { status: "valid", kid, covers: "wrapper" } : { status: "valid", kid };
      for (const type of ["authentication", "authorization", "access"] as const) {
        const line = auditRecord({ type, format, signer, user_agent: "ünïcode 日本 sig=x" });
        expect(await verifier.verify(line)).toEqual(valid);
        expect(await verifier.verify(`${line}\r\n`)).toEqual(valid);
        expect(await verifier.verify(new TextEncoder().encode(line))).toEqual(valid);
      }
    },
  );

  it("verifies bytes that are not UTF-8", async () => {
    const record = Buffer.concat([
      Buffer.from("CEF:0|a|b|c|d|e|1|user_agent="),
      Buffer.from([0xff, 0xc0, 0x80]),
    ]);
    const signed = signer.sign(record);
    expect(await statusOf(signed)).toBe("valid");
    expect(await statusOf(new TextDecoder().decode(signed))).toBe("invalid");
  });

  it("accepts a CPS record that was signed without its wrapper, and says so, if the wrapper has no other member", async () => {
    const inner = signer.sign(auditRecord({ format: "json" }));
    expect(await verifier.verify(`{"event":${inner}}`)).toEqual({ status: "valid", kid, covers: "event" });
    expect(await verifier.verify(`{"event": ${inner}}`)).toMatchObject({ covers: "event" });
    // The signature does not cover the wrapper: in any spelling, one record would have many forms.
    for (const wrapper of ['{ "event":', '{"event" :', '{"event":  ', '{"event":\n', '{"\\u0065vent":'])
      expect(await statusOf(`${wrapper}${inner}}`), wrapper).not.toBe("valid");
    expect(await statusOf(`{"event":${inner} }`)).not.toBe("valid");
    expect(await statusOf(`{"event":${inner},"org_id":"forged"}`)).toBe("unsigned");
    expect(await statusOf(`{"org_id":"forged","event":${inner}}`)).toBe("unsigned");
  });

  it("tries every key, and skips invalid ones", async () => {
    const others = createSigner("other").jwks.keys;
    const set = {
      keys: [
        null,
        {},
        { kty: "RSA", n: "x", e: "AQAB" },
        { kty: "OKP", crv: "X25519", x: keys.keys[0]!.x, kid: "x25519" },
        { kty: "EC", crv: "Ed25519", x: keys.keys[0]!.x, kid: "ec" },
        { kty: "OKP", crv: "Ed25519", x: `${keys.keys[0]!.x}A`, kid: "33 bytes" },
        { kty: "OKP", crv: "Ed25519", x: `${keys.keys[0]!.x}=`, kid: "padded" },
        ...others,
        ...keys.keys,
      ],
    };
    expect(await createVerifier({ keys: set as JsonWebKeySet }).verify(auditRecord({ signer }))).toEqual({
      status: "valid",
      kid,
    });
    expect(
      await createVerifier({ keys: { keys: set.keys.slice(0, 7) } as JsonWebKeySet }).verify(
        auditRecord({ signer }),
      ),
    ).toEqual({
      status: "unverifiable",
      reason: "no_usable_key",
    });
  });

  it.each([
    ["CEF:0|a|b|c|d|e|1|x=1", { status: "unsigned", reason: "no_signature" }],
    ['{"name":"Ingress"}', { status: "unsigned", reason: "no_signature" }],
    ['{"name":"Ingress","sig":""}', { status: "unsigned", reason: "no_signature" }],
    ["", { status: "malformed", reason: "no_record" }],
    ["hello sig=x", { status: "malformed", reason: "no_record" }],
    ['{"name":"Ingress","sig":"x', { status: "malformed", reason: "no_record" }],
    ["CEF:0|a|b|c|d|e|1|x=1 sig=abc", { status: "malformed", reason: "signature_encoding" }],
    [7, { status: "malformed", reason: "no_record" }],
    [undefined, { status: "malformed", reason: "no_record" }],
    [
      '{"type":"authorization","ts":"2026-01-01T00:00:00Z","signature":"abc"}',
      { status: "unverifiable", reason: "pulled_record" },
    ],
    [
      '{"type":"authorization","ts":"2026-01-01T00:00:00Z","sig":"abc"}',
      { status: "unverifiable", reason: "pulled_record" },
    ],
    [
      `{"type":"authorization","ts":"2026-01-01T00:00:00Z","sig":"${"A".repeat(86)}"}`,
      { status: "unverifiable", reason: "pulled_record" },
    ],
  ])("%j is %j", async (record, expected) => {
    expect(await verifier.verify(record as string)).toEqual(expected);
  });

  it("finds none of the samples valid: their ids were replaced", async () => {
    for (const line of Object.values(samples)) expect(await statusOf(line)).toBe("invalid");
  });

  it("never throws, whatever the input", async () => {
    const garbage = fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array(), fc.json());
    await fc.assert(
      fc.asyncProperty(garbage, async (record) => {
        expect((await verifier.verify(record)).status).toMatch(/^(malformed|unsigned|unverifiable)$/);
      }),
    );
  });

  it.each([undefined, null, {}, { keys: 1 }, 7, "http://example.com/keys", "keys"])(
    "refuses %j for keys",
    (wrong) => {
      expect(() => createVerifier({ keys: wrong as never })).toThrow(KonnectError);
    },
  );

  it("works where there is WebCrypto only", async () => {
    vi.spyOn(process, "getBuiltinModule").mockImplementation((() => undefined) as never);
    const portable = createVerifier({ keys });
    const line = auditRecord({ signer });
    expect(await portable.verify(line)).toEqual({ status: "valid", kid });
    expect(await statusOf(line.replace("rt=1", "rt=2"), portable)).toBe("invalid");
    const verified: Verification[] = [];
    for await (const { verification } of portable.verifyAll(Array.from({ length: 300 }, () => line)))
      verified.push(verification);
    expect(verified).toHaveLength(300);
    expect(new Set(verified.map(({ status }) => status))).toEqual(new Set(["valid"]));
  });
});
