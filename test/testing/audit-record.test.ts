import { createPublicKey, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extractSignature, parseAuditRecord } from "../../src/index.js";
import { auditRecord, auditRecords, createSigner, samples } from "../../src/testing/index.js";

const TYPES = ["authentication", "authorization", "access"] as const;
const FORMATS = ["cef", "json", "cps"] as const;

describe("auditRecord", () => {
  it.each(TYPES)("makes an honest %s record in each format, which is the same event", (type) => {
    const [cef, ...others] = FORMATS.map((format) =>
      parseAuditRecord(auditRecord({ type, format, seed: "x" })),
    );
    expect(cef).toMatchObject({
      type,
      format: "cef",
      duplicates: [],
      extra: {},
      malformed: {},
      sig: undefined,
    });
    expect(cef?.trace_id).toMatch(/^[0-9a-f]{8}0{8}[0-9a-f]{16}$/);
    for (const other of others)
      expect({ ...other, format: "", raw: "" }).toStrictEqual({ ...cef, format: "", raw: "" });
  });

  it("is determined by its seed and the given members", () => {
    expect(auditRecord({ seed: 1 })).toBe(auditRecord({ seed: 1 }));
    expect(auditRecord({ seed: 1 })).not.toBe(auditRecord({ seed: 2 }));
    const at = new Date("2026-11-25T10:00:00.123Z");
    const event = parseAuditRecord(
      auditRecord({
        type: "access",
        at,
        traceId: "decimal",
        status: 500,
        severity: 10,
        user_agent: "x granted\\=y",
        extra: { brand_new: "n" },
        query: undefined,
      }),
    );
    expect(event).toMatchObject({
      time: at,
      timestamp: "2026-11-25T10:00:00Z",
      status: 500,
      severity: 10,
      user_agent: "x granted\\=y",
      query: undefined,
      extra: { brand_new: "n" },
      duplicates: [],
    });
    expect(event.trace_id).toMatch(/^\d{19,20}$/);
    const json = auditRecord({ type: "access", format: "json", traceId: "decimal" });
    expect(json).toMatch(/"trace_id":\d{19,20}[,}]/);
  });

  it("rates a record by its fields, as Konnect does", () => {
    const severity = (options: Parameters<typeof auditRecord>[0]) =>
      parseAuditRecord(auditRecord(options)).severity;
    for (const seed of [1, 2, 3, 4, 5]) {
      expect(severity({ seed, granted: false })).toBe(6);
      expect(severity({ seed, granted: true })).toBe(1);
      expect(severity({ seed, granted: "false" })).toBe(6);
      for (const [status, expected] of [
        [200, 1],
        [401, 6],
        [403, 6],
        [404, 1],
        [500, 10],
        ["500", 10],
      ] as const)
        expect(severity({ seed, type: "access", status })).toBe(expected);
      for (const [outcome, expected] of Object.entries({
        SUCCESS: 0,
        NOT_FOUND: 1,
        INVALID_PASSWORD: 1,
        LOCKED: 6,
        DISABLED: 6,
        INVALID: 7,
      })) {
        const line = auditRecord({ seed, type: "authentication", name: `AUTHENTICATION_OUTCOME_${outcome}` });
        expect(parseAuditRecord(line)).toMatchObject({ severity: expected, success: outcome === "SUCCESS" });
      }
      const failed = parseAuditRecord(auditRecord({ seed, type: "authentication", success: false }));
      expect(failed.type === "authentication" && failed.outcome).not.toBe("success");
      expect(failed.severity).not.toBe(0);
      expect(severity({ seed, type: "authentication", success: true })).toBe(0);
      expect(severity({ seed, granted: false, severity: 3 })).toBe(3);
    }
  });

  it("writes client-chosen text unescaped, like Konnect, with escapeClientText: false", () => {
    const text = "C:\\new a=b granted=true";
    const line = auditRecord({ user_agent: text, principal_name: "x=y", escapeClientText: false });
    expect(line).toContain(` user_agent=${text}`);
    expect(line).toContain(" principal_name=x=y");
    expect(parseAuditRecord(line).duplicates).toContainEqual({ key: "granted", field: "user_agent" });
    const signed = auditRecord({
      user_agent: "trailing ",
      escapeClientText: false,
      signer: createSigner("x"),
    });
    expect(parseAuditRecord(signed).user_agent).toBe("trailing ");
    expect(() => auditRecord({ user_agent: "a\nb", escapeClientText: false })).toThrow(/line break/);
    expect(auditRecord({ user_agent: text, format: "json", escapeClientText: false })).toContain(
      JSON.stringify(text),
    );
  });

  it("makes records of a Dev Portal", () => {
    const line = auditRecord({ type: "authentication", product: "Dev-Portal" });
    expect(parseAuditRecord(line)).toMatchObject({
      product: "Dev-Portal",
      portal_id: expect.stringMatching(/-4/),
      authentication_type: "basic",
      duplicates: [],
    });
  });

  it("gives equal events in CEF, JSON and CPS, whatever the fields hold", () => {
    const text = fc
      .string({ unit: "binary", maxLength: 40 })
      // Line breaks in client-chosen text stay two characters in CEF: HTTP cannot carry them.
      .map((value) => value.replace(/[\uD800-\uDFFF\n\r]/g, "?"));
    fc.assert(
      fc.property(
        fc.constantFrom(...TYPES),
        fc.record({ user_agent: text, principal_name: text, org_id: text, src: text }),
        fc.integer(),
        (type, fields, seed) => {
          // Without a signature behind it, CEF cannot hold a last value that ends in white space.
          const signer = createSigner("x");
          const [cef, json, cps] = FORMATS.map((format) =>
            parseAuditRecord(auditRecord({ type, format, seed, signer, ...fields })),
          );
          const same = { format: "", raw: "", sig: "" };
          expect({ ...json, ...same }).toStrictEqual({ ...cef, ...same });
          expect({ ...cps, ...same }).toStrictEqual({ ...cef, ...same });
          expect(cef).toMatchObject({ ...fields, duplicates: [] });
        },
      ),
    );
  });
});

describe("auditRecords", () => {
  it("makes a stream of the mix, determined by its seed", () => {
    const lines = [...auditRecords(400)];
    expect(lines).toEqual([...auditRecords(400)]);
    const counts = { authorization: 0, access: 0, authentication: 0, unknown: 0 };
    for (const line of lines) counts[parseAuditRecord(line).type]++;
    expect(counts.authorization).toBeGreaterThan(200);
    expect(counts.access).toBeGreaterThan(60);
    expect(counts.authentication).toBeGreaterThan(30);
    expect(
      new Set([...auditRecords(20, { mix: { access: 1 } })].map((line) => parseAuditRecord(line).type)),
    ).toEqual(new Set(["access"]));
    const times = lines.map((line) => parseAuditRecord(line).rt);
    expect(times[1]! - times[0]!).toBe(137);
  });
});

describe("createSigner", () => {
  const isValid = (record: string | Uint8Array, x: string) => {
    const found = extractSignature(record as string)!;
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return verify(null, Buffer.from(found.signedPayload), key, Buffer.from(found.signature, "base64url"));
  };

  it("signs each format, as text and as bytes", () => {
    const signer = createSigner();
    const { x } = signer.jwks.keys[0]!;
    for (const type of TYPES)
      for (const format of FORMATS) {
        const record = auditRecord({ type, format });
        expect(isValid(signer.sign(record), x)).toBe(true);
        const bytes = Buffer.concat([
          Buffer.from(record.slice(0, -2)),
          Buffer.from([0xff]),
          Buffer.from(record.slice(-2)),
        ]);
        if (format === "cef") expect(isValid(signer.sign(bytes), x)).toBe(true);
        expect(auditRecord({ type, format, signer: createSigner("s") })).toBe(createSigner("s").sign(record));
      }
  });

  it("has keys that its seed determines, and rotates them", () => {
    const signer = createSigner("seed");
    const first = signer.jwks.keys;
    expect(first).toEqual(createSigner("seed").jwks.keys);
    expect(createSigner().jwks.keys).not.toEqual(createSigner().jwks.keys);
    signer.rotate();
    const [second, ...old] = signer.jwks.keys;
    expect(old).toEqual(first);
    expect(isValid(signer.sign("CEF:0|a|b|c|d|e|1|x=1"), second!.x)).toBe(true);
    signer.rotate({ dropOld: true });
    expect(signer.jwks.keys).toHaveLength(1);
    expect(signer.jwks.keys[0]).toEqual({
      kty: "OKP",
      crv: "Ed25519",
      alg: "EdDSA",
      kid: expect.any(String),
      x: expect.stringMatching(/^[\w-]{43}$/),
    });
  });
});

it("samples hold one record of each kind", () => {
  expect(Object.values(samples).map((line) => parseAuditRecord(line).format)).toEqual([
    "cef",
    "cef",
    "cef",
    "json",
  ]);
});
