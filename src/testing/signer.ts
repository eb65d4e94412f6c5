import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";

/** The public half of a signing key, as a JWKS has it (RFC 8037). */
export interface PublicSigningKey {
  kty: "OKP";
  crv: "Ed25519";
  alg: "EdDSA";
  kid: string;
  x: string;
}

/** PKCS #8 around the 32 bytes of an Ed25519 key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** Signs as Konnect does: Ed25519 over the record without its signature. */
export class Signer {
  readonly publicKey: PublicSigningKey;
  readonly #key: KeyObject;

  /** @param seed 32 bytes that determine the key; random ones by default */
  constructor(seed: Uint8Array = randomBytes(32)) {
    this.#key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });
    // Not exported as JWK: on Node 20 that can deadlock with a garbage collection.
    const spki = createPublicKey(this.#key).export({ format: "der", type: "spki" });
    const x = spki.subarray(-32).toString("base64url");
    const kid = createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
    this.publicKey = { kty: "OKP", crv: "Ed25519", alg: "EdDSA", kid, x };
  }

  /** 86 characters of base64url without padding. */
  sign(payload: string): string {
    return sign(null, Buffer.from(payload), this.#key).toString("base64url");
  }
}
