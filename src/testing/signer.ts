import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import type { JsonWebKey } from "../shared/json-web-key.js";

/** Signs records like Konnect. */
export interface AuditSigner {
  /** The public keys as Konnect publishes them, the current one first. */
  readonly jwks: { keys: (JsonWebKey & Record<"kty" | "crv" | "alg" | "kid" | "x", string>)[] };
  /** Adds the signature to an unsigned record: at the end of a CEF line, or as the last member of a JSON or CPS record. */
  sign(record: string): string;
  sign(record: Uint8Array): Uint8Array;
  /** Only the signature: 86 characters of base64url without padding. */
  signature(payload: string | Uint8Array): string;
  /** Switches to a new key. `jwks` keeps the old ones, unless you drop them. */
  rotate(options?: { dropOld?: boolean }): void;
}

/** The PKCS #8 prefix of the 32 bytes of an Ed25519 key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * Creates a signer with a new key pair.
 *
 * @param seed determines its keys, rotated ones included. Default: random keys
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
      // Latin-1 has one character per byte, so that invalid UTF-8 is kept.
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
): { key: KeyObject; publicKey: JsonWebKey & Record<"kty" | "crv" | "alg" | "kid" | "x", string> } {
  const secret = createHash("sha256").update(seed).update(`/${generation}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, secret]), format: "der", type: "pkcs8" });
  // Not exported as JWK: on Node 20, that can deadlock with a garbage collection.
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  const x = spki.subarray(-32).toString("base64url");
  // The thumbprint of RFC 7638.
  const kid = createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
  return { key, publicKey: { kty: "OKP", crv: "Ed25519", alg: "EdDSA", kid, x } };
}
