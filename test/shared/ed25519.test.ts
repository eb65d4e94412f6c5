import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64Url, isCanonicalSignature, isSafePoint } from "../../src/shared/ed25519.js";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

/** A number as 32 bytes, little-endian. */
function bytesOf(number: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));
}

describe("decodeBase64Url", () => {
  it("decodes what Node encodes, and nothing of another length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64url");
        expect(decodeBase64Url(text, bytes.length)).toEqual(bytes);
        expect(decodeBase64Url(text, bytes.length + 1)).toBeUndefined();
        expect(decodeBase64Url(`${text}A`, bytes.length)).toBeUndefined();
      }),
    );
  });

  it("accepts one spelling of each value: no padding, other letters or spare bits", () => {
    const letter = fc.constantFrom(
      ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. é\u4141",
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(), letter, (bytes, at, letter) => {
        const text = Buffer.from(bytes).toString("base64url");
        const place = at % text.length;
        const changed = text.slice(0, place) + letter + text.slice(place + 1);
        const isOnly = Buffer.from(changed, "base64url").toString("base64url") === changed;
        expect(decodeBase64Url(changed, bytes.length) !== undefined).toBe(isOnly);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("isCanonicalSignature", () => {
  const signature = (s: bigint) => Uint8Array.from([...new Uint8Array(32).fill(0xff), ...bytesOf(s)]);

  it("is true exactly if S is below L, whatever R is", () => {
    for (const [s, is] of [
      [0n, true],
      [L - 1n, true],
      [L, false],
      [L + 1n, false],
      [2n ** 256n - 1n, false],
    ] as const)
      expect(isCanonicalSignature(signature(s))).toBe(is);
    for (let bit = 0n; bit < 256n; bit++) {
      const s = L ^ (1n << bit);
      expect(isCanonicalSignature(signature(s))).toBe(s < L);
    }
  });
});

describe("isSafePoint", () => {
  const sign = 1n << 255n;

  it.each([
    ["y = 2", 2n, true],
    ["y = p - 2", P - 2n, true],
    ["y = p, which is 0", P, false],
    ["y = p + 2", P + 2n, false],
    ["y = 2^255 - 1", 2n ** 255n - 1n, false],
  ])("%s: only a canonical encoding is safe, whatever the sign", (_, y, isSafe) => {
    expect(isSafePoint(bytesOf(y))).toBe(isSafe);
    expect(isSafePoint(bytesOf(y | sign))).toBe(isSafe);
  });

  it("refuses the points of small order, and no point next to them", () => {
    const orderEight = Buffer.from("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "hex");
    const y = BigInt(`0x${Buffer.from(orderEight).reverse().toString("hex")}`);
    for (const small of [0n, 1n, P - 1n, y, P - y]) {
      expect(isSafePoint(bytesOf(small))).toBe(false);
      expect(isSafePoint(bytesOf(small | sign))).toBe(false);
      for (const bit of [1n, 100n, 247n]) {
        const other = small ^ (1n << bit);
        expect(isSafePoint(bytesOf(other))).toBe(other < P);
      }
    }
  });

  it("leaves the point as it is", () => {
    const point = bytesOf(2n | sign);
    isSafePoint(point);
    expect(point).toEqual(bytesOf(2n | sign));
  });
});
