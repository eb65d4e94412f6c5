import { describe, expect, it } from "vitest";
import { isSafePoint } from "../../src/shared/ed25519.js";
import { packRecords } from "../../src/signature/packed-records.js";
import { Random } from "../../src/testing/random.js";
import { wasmEngine } from "../../src/wasm/wasm-engine.js";
import { Adversary, accepts, type Case } from "./adversary.js";
import { L, P, toBytes } from "./reference.js";
import { TAMING } from "./vectors.js";

const engine = wasmEngine();

function engineAccepts({ key, message, signature }: Case): boolean {
  const records = packRecords([{ signature, payload: message, isCps: false, unwrappedPayload: undefined }]);
  return engine.match(records, [key])[0] === 1;
}

describe("the engine and OpenSSL agree", () => {
  it.each(TAMING.map((vector, i) => [i, ...vector] as const))(
    "on case %i of Taming the many EdDSAs",
    (_, message, key, signature) => {
      const bytes = (hex: string) => Buffer.from(hex, "hex");
      const taming = { kind: "", message: bytes(message), key: bytes(key), signature: bytes(signature) };
      // The verifier never asks an engine about other keys (RFC 8032, 5.1.3).
      if (isSafePoint(taming.key)) expect(engineAccepts(taming)).toBe(accepts(taming));
    },
  );

  it.each(["honest", "changed", "otherS", "torsion", "useOtherKey", "encoding"] as const)(
    "on signatures of the kind %s",
    (kind) => {
      const adversary = new Adversary(new Random(kind));
      for (let n = 0; n < 300; n++) {
        const made = adversary[kind]();
        if (kind === "encoding" && !isSafePoint(made.key)) continue;
        expect(engineAccepts(made), JSON.stringify(made)).toBe(accepts(made));
      }
    },
  );

  it("on every special R with every special S, under an honest key", () => {
    const { key, message } = new Adversary(new Random("special")).honest();
    const values = [
      0n,
      1n,
      2n,
      L - 1n,
      L,
      L + 1n,
      P - 1n,
      P,
      P + 1n,
      2n ** 252n,
      2n ** 255n,
      2n ** 256n - 1n,
    ];
    for (const r of values)
      for (const s of values) {
        const special = { kind: "", key, message, signature: Buffer.concat([toBytes(r), toBytes(s)]) };
        expect(engineAccepts(special), `${r}, ${s}`).toBe(accepts(special));
      }
  });

  it("on every single bit of a signature, a key and a message", () => {
    const honest = new Adversary(new Random("bits")).honest();
    expect(honest.message.length).toBeGreaterThan(0);
    for (const part of ["signature", "key", "message"] as const)
      for (let bit = 0; bit < 8 * honest[part].length; bit++) {
        const bytes = Uint8Array.from(honest[part]);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(engineAccepts({ ...honest, [part]: bytes }), `${part}, bit ${bit}`).toBe(false);
      }
    expect(engineAccepts(honest)).toBe(true);
  });
});
