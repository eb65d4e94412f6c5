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

/** Signs records as Konnect does. */
export interface AuditSigner {
  /** The public keys, the current one first, as Konnect answers them. */
  readonly jwks: { keys: PublicSigningKey[] };
  /** Puts the signature into a record that has none: behind a CEF line, as last member of a JSON or CPS record. */
  sign(record: string): string;
  sign(record: Uint8Array): Uint8Array;
  /** The signature alone: 86 characters of base64url without padding. */
  signature(payload: string | Uint8Array): string;
  /** Signs with a new key from now on; `jwks` keeps the old ones, unless they are dropped. */
  rotate(options?: { dropOld?: boolean }): void;
}

/** PKCS #8 around the 32 bytes of an Ed25519 key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * A signer with a key pair of its own.
 *
 * @param seed what determines its keys, rotated ones included; random ones by default
 * @example
 * ```ts
 * const signer = createSigner("my test");
 * const line = signer.sign("CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|1|action=list granted=true");
 * const verifier = createVerifier({ keys: signer.jwks });
 * ```
 */
export function createSigner(seed: string | Uint8Array = randomBytes(32)): AuditSigner {
  let generation = 0;
  let current = keyPair(seed, generation);
  let keys = [current.publicKey];
  const signature = (payload: string | Uint8Array) =>
    sign(null, typeof payload === "string" ? Buffer.from(payload) : payload, current.key).toString(
      "base64url",
    );

  function signed(record: string): string;
  function signed(record: Uint8Array): Uint8Array;
  function signed(record: string | Uint8Array): string | Uint8Array {
    if (typeof record !== "string") {
      // One character for each byte: what is not UTF-8 stays as it is.
      const text = Buffer.from(record).toString("latin1");
      return new Uint8Array(Buffer.from(insert(text, signature(record)), "latin1"));
    }
    return insert(record, signature(record));
  }

  return {
    get jwks() {
      return { keys: [...keys] };
    },
    sign: signed,
    signature,
    rotate({ dropOld = false } = {}) {
      current = keyPair(seed, ++generation);
      keys = [current.publicKey, ...(dropOld ? [] : keys)];
    },
  };
}

function insert(record: string, signature: string): string {
  const ending = /^\s*\{/.test(record) ? (/^\s*\{\s*"event"\s*:\s*\{/.test(record) ? "}}" : "}") : "";
  if (ending === "") return `${record} sig=${signature}`;
  return `${record.slice(0, -ending.length)},"sig":"${signature}"${ending}`;
}

function keyPair(
  seed: string | Uint8Array,
  generation: number,
): { key: KeyObject; publicKey: PublicSigningKey } {
  const secret = createHash("sha256").update(seed).update(`/${generation}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, secret]), format: "der", type: "pkcs8" });
  // Not exported as JWK: on Node 20 that can deadlock with a garbage collection.
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  const x = spki.subarray(-32).toString("base64url");
  // The thumbprint of RFC 7638.
  const kid = createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
  return { key, publicKey: { kty: "OKP", crv: "Ed25519", alg: "EdDSA", kid, x } };
}
