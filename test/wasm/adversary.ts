import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import type { Random } from "../../src/testing/random.js";
import {
  addPoints,
  BASE,
  encodePoint,
  L,
  mod,
  multiply,
  NEUTRAL,
  P,
  pointOfOrderEight,
  toBytes,
  toNumber,
} from "./reference.js";

/** A signature to judge. */
export interface Case {
  kind: string;
  key: Uint8Array;
  message: Uint8Array;
  signature: Uint8Array;
}

/** What OpenSSL says. */
export function accepts({ key, message, signature }: Case): boolean {
  const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") };
  return verify(null, message, createPublicKey({ key: jwk, format: "jwk" }), signature);
}

const TORSION = pointOfOrderEight();
const SMALL = Array.from({ length: 8 }, (_, i) => multiply(TORSION, BigInt(i)));
const numberOfHash = (...parts: Uint8Array[]) =>
  toNumber(createHash("sha512").update(Buffer.concat(parts)).digest());

/** Makes signatures by every rule, and by breaking each one. */
export class Adversary {
  readonly #random: Random;
  readonly #secrets: { scalar: bigint; point: typeof BASE }[];
  #torsionKey: { scalar: bigint; key: Uint8Array };
  readonly #signers = Array.from({ length: 4 }, () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    return { privateKey, key: Buffer.from(publicKey.export({ format: "jwk" }).x!, "base64url") };
  });

  constructor(random: Random) {
    this.#random = random;
    this.#secrets = [1n, 2n, L - 1n, ...Array.from({ length: 12 }, () => BigInt(`0x${random.hex(62)}`))].map(
      (scalar) => ({ scalar, point: multiply(BASE, scalar) }),
    );
    this.#torsionKey = this.#keyWithTorsion();
  }

  #message(): Uint8Array {
    const most = this.#random.pick([1, 50, 300, 900]);
    return Buffer.from(this.#random.hex(2 * Math.floor(this.#random.next() * most)), "hex");
  }

  /** A key with which it signs. */
  signer() {
    return this.#signers[0]!;
  }

  sign(message: Uint8Array, privateKey: KeyObject): Uint8Array {
    return sign(null, message, privateKey);
  }

  honest(): Case {
    const { key, privateKey } = this.#random.pick(this.#signers);
    const message = this.#message();
    return { kind: "honest", key, message, signature: sign(null, message, privateKey) };
  }

  /** One bit of an honest signature, its key or its message. */
  changed(part: "key" | "message" | "signature" = this.#random.pick(["key", "message", "signature"])): Case {
    const honest = this.honest();
    const bytes = Uint8Array.from(honest[part]);
    if (bytes.length === 0) return honest;
    bytes[Math.floor(this.#random.next() * bytes.length)]! ^= 1 << Math.floor(this.#random.next() * 8);
    return { ...honest, kind: `changed ${part}`, [part]: bytes };
  }

  /** The same S modulo L, or a number near a bound, or with all high bits. */
  otherS(): Case {
    const honest = this.honest();
    const s = toNumber(honest.signature.subarray(32));
    const other = this.#random.pick([
      s + L,
      s + 2n * L,
      s + 8n * L,
      0n,
      1n,
      L - 1n,
      L,
      L + 1n,
      2n ** 252n,
      2n ** 256n - 1n,
      L - s,
      s ^ (2n ** 255n),
    ]);
    const signature = Buffer.concat([honest.signature.subarray(0, 32), toBytes(other % 2n ** 256n)]);
    return { ...honest, kind: "other S", signature };
  }

  /** R or A of small or mixed order, made with the secret, so that the equation holds up to the torsion. */
  torsion(): Case {
    const { scalar, key } = this.#torsionKey;
    const r = this.#random.pick([...this.#secrets, { scalar: 0n, point: NEUTRAL }]);
    const R = encodePoint(addPoints(r.point, this.#random.pick(SMALL)));
    const message = this.#message();
    const s = mod(r.scalar + numberOfHash(R, key, message) * scalar, L);
    return { kind: "torsion", key, message, signature: Buffer.concat([R, toBytes(s)]) };
  }

  /** R or A with y + p for y, or with a sign that the point does not have, or outside of the curve. */
  encoding(): Case {
    const bytes = this.#random.pick([
      toBytes(P),
      toBytes(P + 1n),
      toBytes(P - 1n),
      toBytes(2n ** 255n - 1n),
      toBytes(1n + 2n ** 255n),
      toBytes(P + 1n + 2n ** 255n),
      toBytes(P - 1n + 2n ** 255n),
      toBytes(2n),
      toBytes(0n),
      toBytes(P + BigInt(Math.floor(this.#random.next() * 19))),
      Buffer.from(this.#random.hex(64), "hex"),
    ]);
    const base = this.#random.pick([() => this.honest(), () => this.torsion()])();
    if (this.#random.next() < 0.5) return { ...base, kind: "encoding of A", key: bytes };
    const signature = Buffer.concat([bytes, base.signature.subarray(32)]);
    return { ...base, kind: "encoding of R", signature };
  }

  /** Most of them under few keys: the table of another key takes as long as hundreds of verifications. */
  next(): Case {
    if (this.#random.next() < 0.02)
      return this.#random.pick([() => this.changed(), () => this.encoding(), () => this.useOtherKey()])();
    return this.#random.pick([
      () => this.honest(),
      () => this.honest(),
      () => this.changed("message"),
      () => this.changed("signature"),
      () => this.otherS(),
      () => this.torsion(),
    ])();
  }

  /** From now on, `torsion` uses another key. */
  useOtherKey(): Case {
    this.#torsionKey = this.#keyWithTorsion();
    return this.torsion();
  }

  #keyWithTorsion() {
    const { scalar, point } = this.#random.pick([...this.#secrets, { scalar: 0n, point: NEUTRAL }]);
    return { scalar, key: encodePoint(addPoints(point, this.#random.pick(SMALL))) };
  }
}
