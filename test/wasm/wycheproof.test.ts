import { describe, expect, it } from "vitest";
import { decodeBase64Url, isCanonicalSignature } from "../../src/shared/ed25519.js";
import { packRecords } from "../../src/signature/packed-records.js";
import { Random } from "../../src/testing/random.js";
import { wasmEngine } from "../../src/wasm/wasm-engine.js";
import { Adversary, accepts } from "./adversary.js";
import { L, P, toBytes, toNumber } from "./reference.js";

const engine = wasmEngine();

/** What the engine says of a text in a record: what the verifier does not pass on is refused. */
function engineAccepts(key: Uint8Array, message: Uint8Array, text: string): boolean {
  const signature = decodeBase64Url(text, 64);
  if (signature === undefined || !isCanonicalSignature(signature)) return false;
  const records = packRecords([{ signature, payload: message, isCps: false, unwrappedPayload: undefined }]);
  return engine.match(records, [key])[0] === 1;
}
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
/** One for all: to make it takes a second. */
const adversary = new Adversary(new Random("wycheproof"));
const honest = () => adversary.honest();
const halves = (signature: Uint8Array) => [signature.subarray(0, 32), signature.subarray(32)] as const;

/** The classes of the Ed25519 cases of Wycheproof (C2SP), made anew. The verdict of each is OpenSSL's, where it takes the length. */
describe("the Ed25519 cases of Wycheproof, by class", () => {
  it("Valid: messages of every length around the blocks of SHA-512", () => {
    for (let n = 0; n < 200; n++) {
      const { key, message, signature } = adversary.honest();
      expect(engineAccepts(key, message, base64url(signature))).toBe(true);
    }
  });

  it("InvalidSignature: 0, 1, L - 1, L and P for R and for S", () => {
    const { key, message } = honest();
    for (const r of [0n, 1n, L - 1n, L, P])
      for (const s of [0n, 1n, L - 1n, L, P]) {
        const signature = Buffer.concat([toBytes(r), toBytes(s)]);
        expect(engineAccepts(key, message, base64url(signature)), `${r} ${s}`).toBe(false);
        expect(accepts({ kind: "", key, message, signature })).toBe(false);
      }
  });

  it("TruncatedSignature, SignatureWithGarbage: bytes are missing, or were added, anywhere", () => {
    const { key, message, signature } = honest();
    const [r, s] = halves(signature);
    for (let length = 0; length < 64; length++)
      expect(engineAccepts(key, message, base64url(signature.subarray(0, length)))).toBe(false);
    for (const garbage of [[0], [0x20], [0xff], [1, 2], [...signature]])
      for (const parts of [
        [signature, garbage],
        [garbage, signature],
        [r, garbage, s],
      ]) {
        const longer = Uint8Array.from(parts.flatMap((part) => [...part]));
        expect(engineAccepts(key, message, base64url(longer))).toBe(false);
        expect(engineAccepts(key, message, base64url(longer.subarray(0, 64)))).toBe(
          Buffer.from(longer.subarray(0, 64)).equals(signature),
        );
      }
    const text = base64url(signature);
    for (const spelled of [`${text}=`, `${text}==`, ` ${text}`, `${text}\n`, text.replace(/.$/, "$&A")])
      expect(engineAccepts(key, message, spelled)).toBe(false);
  });

  it("CompressedSignature: zeros at the end of S were left out", () => {
    for (let n = 0; n < 50; n++) {
      const { key, message, signature } = adversary.honest();
      for (const left of [63, 62])
        expect(engineAccepts(key, message, base64url(signature.subarray(0, left)))).toBe(false);
    }
  });

  it("SignatureMalleability: S plus every multiple of L that fits", () => {
    const { key, message, signature } = honest();
    const [r, s] = halves(signature);
    expect(engineAccepts(key, message, base64url(signature))).toBe(true);
    for (let other = toNumber(s) + L; other < 2n ** 256n; other += L)
      expect(engineAccepts(key, message, base64url(Buffer.concat([r, toBytes(other)])))).toBe(false);
    for (let bit = 253n; bit < 256n; bit++) {
      const other = toNumber(s) ^ (2n ** bit);
      expect(engineAccepts(key, message, base64url(Buffer.concat([r, toBytes(other)])))).toBe(false);
    }
  });

  it("InvalidEncoding: R in another encoding, with S made for it", () => {
    let seen = 0;
    for (let n = 0; n < 400; n++) {
      const { kind, key, message, signature } = adversary.encoding();
      if (kind !== "encoding of R") continue;
      seen++;
      const expected = accepts({ kind, key, message, signature });
      expect(engineAccepts(key, message, base64url(signature))).toBe(expected);
    }
    expect(seen).toBeGreaterThan(100);
  });

  it("TinkOverflow: values whose limbs and carries are all ones or zeros", () => {
    const { key, message, signature } = adversary.honest();
    const [r] = halves(signature);
    for (let bit = 1n; bit <= 252n; bit++)
      for (const s of [2n ** bit - 1n, 2n ** bit, 2n ** 252n - 2n ** (bit - 1n), L - 2n ** (bit - 1n)]) {
        const made = Buffer.concat([r, toBytes(s % L)]);
        const expected = accepts({ kind: "", key, message, signature: made });
        expect(engineAccepts(key, message, base64url(made))).toBe(expected);
      }
  });

  it("Ktv: the vectors of RFC 8032, 7.1", () => {
    for (const [key, message, signature] of RFC8032) {
      const [point, text, bytes] = [key, message, signature].map((hex) => Buffer.from(hex!, "hex"));
      expect(engineAccepts(point!, text!, base64url(bytes!))).toBe(true);
      bytes![0]! ^= 1;
      expect(engineAccepts(point!, text!, base64url(bytes!))).toBe(false);
    }
  });
});

/** Public key, message, signature. */
const RFC8032 = [
  [
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
] as const;

describe("the two lanes of the engine", () => {
  it("know nothing of each other: whatever is in one, the other has the verdict that it has alone", () => {
    const made = Array.from({ length: 60 }, () => {
      const kinds = [
        () => adversary.honest(),
        () => adversary.otherS(),
        () => adversary.changed("signature"),
      ];
      return new Random(adversary.honest().message.length).pick(kinds)();
    });
    const keys = [...new Map(made.map(({ key }) => [base64url(key), key])).values()];
    const match = (cases: typeof made) => {
      const records = cases.map(({ signature, message }) => ({
        ...{ signature, payload: message, isCps: false, unwrappedPayload: undefined },
      }));
      return [...engine.match(packRecords(records), keys)];
    };
    const alone = made.map((one) => match([one])[0]);
    expect(new Set(alone).size).toBeGreaterThan(1);
    const poison = [
      ...made.slice(0, 6),
      { ...made[0]!, signature: new Uint8Array(64).fill(255) },
      { ...made[0]!, signature: new Uint8Array(64) },
      { ...made[0]!, message: new Uint8Array(3_000).fill(255) },
    ];
    for (const [i, one] of made.entries())
      for (const other of poison) {
        expect(match([one, other])[0]).toBe(alone[i]);
        expect(match([other, one])[1]).toBe(alone[i]);
      }
  });
});

describe("SHA-512 of the engine", () => {
  it("is right at its padding bounds, in both lanes: 111 and 112 bytes of the last block, and full ones", () => {
    const { privateKey, key } = adversary.signer();
    // R and the key are hashed first: 64 bytes.
    const lengths = [
      0, 46, 47, 48, 49, 62, 63, 64, 65, 174, 175, 176, 177, 191, 192, 193, 303, 304, 319, 320,
    ];
    const records = lengths.map((length) => {
      const payload = new Uint8Array(length).fill(length);
      return {
        ...{
          signature: adversary.sign(payload, privateKey),
          payload,
          isCps: false,
          unwrappedPayload: undefined,
        },
      };
    });
    for (const one of records)
      for (const other of records)
        expect([...engine.match(packRecords([one, other]), [key])]).toEqual([1, 1]);
  });
});
