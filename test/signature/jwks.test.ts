import { afterEach, describe, expect, it, vi } from "vitest";
import { extractSignature } from "../../src/signature/index.js";
import { usableKeys } from "../../src/signature/jwks.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const signer = createSigner("jwks");
const [key] = signer.jwks.keys;
const found = extractSignature(auditRecord({ signer }))!;
const signed = new TextEncoder().encode(found.signedPayload);
const signature = Uint8Array.from(Buffer.from(found.signature, "base64url"));

describe("usableKeys", () => {
  it.each([undefined, null, {}, { keys: 5 }, { keys: null }, { keys: [null, undefined, 5, "x", {}] }])(
    "finds none in %j",
    async (set) => {
      expect(await usableKeys(set)).toEqual([]);
    },
  );

  it.each([
    ["another type", { kty: "RSA" }],
    ["another curve", { crv: "X25519" }],
    ["no point", { x: undefined }],
    ["a point that is not text", { x: 5 }],
    ["a point of 33 bytes", { x: Buffer.alloc(33, 1).toString("base64url") }],
    ["a point in padded base64", { x: `${key!.x}=` }],
    ["a point of small order", { x: Buffer.alloc(32).toString("base64url") }],
  ])("skips a key with %s", async (_, members) => {
    const usable = await usableKeys({ keys: [{ ...key, ...members }, key] });
    expect(usable.map(({ kid }) => kid)).toEqual([key!.kid]);
  });

  it("takes a key whose id is missing or not text, and gives its 32 bytes", async () => {
    const usable = await usableKeys({
      keys: [
        { ...key, kid: undefined },
        { ...key, kid: 5 },
      ],
    });
    expect(usable.map(({ kid }) => kid)).toEqual([undefined, undefined]);
    expect(Buffer.from(usable[0]!.point).toString("base64url")).toBe(key!.x);
  });

  it.each([
    ["Node's crypto", () => {}],
    [
      "WebCrypto without Node's modules",
      () => vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never),
    ],
    ["WebCrypto without a process", () => vi.stubGlobal("process", undefined)],
    ["WebCrypto in a process without getBuiltinModule", () => vi.stubGlobal("process", {})],
  ])("makes keys that verify with %s", async (_, prepare) => {
    prepare();
    const [usable] = await usableKeys(signer.jwks);
    expect(await usable!.verify(signed, signature)).toBe(true);
    expect(await usable!.verify(signed.subarray(1), signature)).toBe(false);
  });
});
