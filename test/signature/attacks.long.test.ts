import { describe, expect, it } from "vitest";
import { createVerifier, extractSignature, type JsonWebKeySet } from "../../src/signature/index.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";

const signer = createSigner("attacked");
const verifier = createVerifier({ keys: signer.jwks });
const FORMATS = ["cef", "json", "cps"] as const;
const status = async (record: string | Uint8Array, of = verifier) => (await of.verify(record)).status;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const b64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
const toNumber = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex") || "0"}`);
const toBytes = (number: bigint) => Buffer.from(number.toString(16).padStart(64, "0"), "hex").reverse();
const withSignature = (line: string, signature: string) => line.replace(/sig=\S+$/, `sig=${signature}`);
const line = auditRecord({ signer, user_agent: "curl/8.5.0" });
const signature = Buffer.from(extractSignature(line)!.signature, "base64url");

describe("none of these is valid:", () => {
  it.each(FORMATS)("a %s record with any single bit flipped", async (format) => {
    const bytes = Buffer.from(auditRecord({ format, signer, user_agent: "x" }));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      // A line break or a space of another kind at the very end is not part of the record.
      expect(await status(flipped), `bit ${bit}`).not.toBe("valid");
    }
  });

  it("a signature with any single bit flipped, and a key with any", async () => {
    for (let bit = 0; bit < 512; bit++) {
      const flipped = Buffer.from(signature);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(await status(withSignature(line, b64(flipped)))).not.toBe("valid");
    }
    const point = Buffer.from(signer.jwks.keys[0]!.x, "base64url");
    for (let bit = 0; bit < 256; bit++) {
      const flipped = Buffer.from(point);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const keys = { keys: [{ kty: "OKP", crv: "Ed25519", x: b64(flipped) }] };
      expect(await status(line, createVerifier({ keys }))).not.toBe("valid");
    }
  });

  it("S + L, S + 2L ... as long as it fits: malleability", async () => {
    const s = toNumber(signature.subarray(32));
    for (let sum = s + ORDER; sum < 2n ** 256n; sum += ORDER) {
      const forged = Buffer.concat([signature.subarray(0, 32), toBytes(sum)]);
      expect(await status(withSignature(line, b64(forged)))).toBe("malformed");
    }
    for (const edge of [ORDER, ORDER + 1n, 2n ** 253n, 2n ** 255n, 2n ** 256n - 1n]) {
      const forged = Buffer.concat([signature.subarray(0, 32), toBytes(edge)]);
      expect(await status(withSignature(line, b64(forged)))).toBe("malformed");
    }
    for (const edge of [0n, 1n, ORDER - 1n]) {
      const forged = Buffer.concat([signature.subarray(0, 32), toBytes(edge)]);
      expect(await status(withSignature(line, b64(forged)))).toBe("invalid");
    }
  });

  const SMALL = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ];
  it.each(SMALL)("anything under the small-order or non-canonical key %s", async (hex) => {
    const keys: JsonWebKeySet = { keys: [{ kty: "OKP", crv: "Ed25519", x: b64(Buffer.from(hex, "hex")) }] };
    const of = createVerifier({ keys });
    // Under such a key R = A or the identity, S = 0 fits many messages.
    for (const r of SMALL)
      for (let i = 0; i < 16; i++) {
        const forged = b64(Buffer.concat([Buffer.from(r, "hex"), Buffer.alloc(32)]));
        expect(await of.verify(withSignature(auditRecord({ seed: i, signer }), forged))).toEqual({
          status: "unverifiable",
          reason: "no_usable_key",
        });
      }
  });

  it("a good key with R of small order or not canonical", async () => {
    for (const r of SMALL) {
      const forged = b64(Buffer.concat([Buffer.from(r, "hex"), signature.subarray(32)]));
      expect(await status(withSignature(line, forged))).toBe("invalid");
    }
  });

  it("another spelling of the signature", async () => {
    const text = b64(signature);
    const last = "AQgw".indexOf(text.at(-1)!);
    expect(last).toBeGreaterThanOrEqual(0);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const spare = alphabet[alphabet.indexOf(text.at(-1)!) + 1]!;
    for (const other of [
      text.slice(0, -1),
      text.slice(1),
      `${text}=`,
      `${text}==`,
      `${text}A`,
      `${text.slice(0, -1)}${spare}`,
      `A${text}`,
      text.replace(/.$/, "é"),
      `${text.slice(0, 40)}\u0000${text.slice(41)}`,
    ])
      expect(await status(withSignature(line, other)), other).not.toBe("valid");
    let standard = auditRecord({ signer });
    for (let seed = 0; !/sig=\S*[-_]/.test(standard); seed++) standard = auditRecord({ seed, signer });
    const old = extractSignature(standard)!.signature;
    expect(await status(standard)).toBe("valid");
    expect(await status(withSignature(standard, old.replaceAll("-", "+").replaceAll("_", "/")))).not.toBe(
      "valid",
    );
  });

  it("a record with a second signature, or text that looks like one", async () => {
    const sig = extractSignature(line)!.signature;
    const json = auditRecord({ format: "json", signer });
    const own = extractSignature(json)!;
    for (const forged of [
      `${line} sig=${sig}`,
      line.replace("user_agent=", `sig=${sig} user_agent=`),
      line.replace("curl", `curl sig=${sig}`),
      line.replace("granted=", `granted=true sig=${sig} granted=`),
      `${json.slice(0, -1)},"sig":"${own.signature}"}`,
      `{"x":{"sig":"${own.signature}"},${own.signedPayload.slice(1)}`,
      own.signedPayload.replace("{", `{"x":"\\"sig\\":\\"${own.signature}\\"",`),
      own.signedPayload.replace(/\}$/, `,"si\\u0067":"${own.signature}"}`),
      own.signedPayload.replace(/\}$/, `,"SIG":"${own.signature}"}`),
      `[${json}]`,
      `{"event":[${json}]}`,
    ])
      expect(await status(forged), forged).not.toBe("valid");
  });

  it("a payload that was re-spaced, re-ordered, or given another line break", async () => {
    const json = auditRecord({ format: "json", signer });
    const members = JSON.parse(json.replace(/"trace_id":(\d+)/, '"trace_id":"$1"'));
    for (const forged of [
      json.replaceAll(",", ", "),
      json.replaceAll(":", ": "),
      JSON.stringify(members, null, 1),
      JSON.stringify(Object.fromEntries(Object.entries(members).reverse())),
      line.replace(" granted", "  granted"),
      line.replace(" granted", "\r\n granted"),
      line.replace(" granted", "\t granted"),
      line.replace(" sig=", "  sig="),
      `\u00a0${line}`,
      `x ${line}`,
    ])
      expect(await status(forged), forged).not.toBe("valid");
  });

  it("a record signed by an attacker, whose key comes in another form", async () => {
    const attacker = createSigner("attacker");
    const forged = auditRecord({ signer: attacker });
    const [key] = attacker.jwks.keys;
    for (const other of [
      { ...key, kty: "EC" },
      { ...key, crv: "Ed448" },
      { ...key, crv: "ed25519" },
      { kty: "oct", k: key!.x },
      { ...key, x: undefined },
      { ...key, x: `${key!.x} ` },
      { ...key, x: Buffer.from(key!.x, "base64url").toString("base64") },
      { ...key, x: [key!.x] },
    ])
      expect(
        await status(
          forged,
          createVerifier({ keys: { keys: [other, ...signer.jwks.keys] } as JsonWebKeySet }),
        ),
      ).toBe("invalid");
  });

  it("a signature over something else: an empty payload, the line with its signature, a hash", async () => {
    for (const payload of ["", line, `${line.replace(/ sig=.*/, "")}\n`, `${line.replace(/sig=.*/, "")}`])
      expect(await status(withSignature(line, signer.signature(payload)))).toBe("invalid");
  });
});
