import { KonnectError } from "../errors.js";
import { decodeBase64Url, isSafePoint } from "../shared/ed25519.js";
import type { JsonWebKey } from "../shared/json-web-key.js";

/** A key that can verify. */
export interface VerifyingKey {
  kid: string | undefined;
  /** The key in base64url, which identifies it. */
  x: string;
  /** The key's 32 bytes. */
  point: Uint8Array;
  verify(payload: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>;
}

/** The most usable keys of a set: each costs a verification for a record that none of them signed. Konnect has one or two. */
const MAX_KEYS = 64;

/**
 * The keys of a set that can verify: Ed25519 keys of 32 bytes that are safe. It skips all others, because a set may have keys
 * for other purposes, and Konnect's documentation shows one of 33 bytes.
 *
 * @throws {@link KonnectError} `invalid_response` for a set of more than 64 usable keys
 */
export async function usableKeys(set: unknown): Promise<VerifyingKey[]> {
  const { keys } = (set ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) return [];
  const usable: VerifyingKey[] = [];
  for (const key of keys as (JsonWebKey | null)[]) {
    const { kty, crv, kid, x } = key ?? {};
    if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string") continue;
    const point = decodeBase64Url(x, 32);
    if (point === undefined || !isSafePoint(point)) continue;
    const verify = await makeVerify(x).catch(() => undefined);
    if (verify === undefined) continue;
    if (usable.length === MAX_KEYS)
      throw new KonnectError("invalid_response", `the key set has more than ${MAX_KEYS} usable keys`);
    usable.push({ kid: typeof kid === "string" ? kid : undefined, x, point, verify });
  }
  return usable;
}

/** Verifies with Node's crypto if available, or else with WebCrypto. Looked up at run time, because workers lack the first. */
async function makeVerify(x: string): Promise<VerifyingKey["verify"]> {
  const jwk = { kty: "OKP", crv: "Ed25519", x };
  const crypto = globalThis.process?.getBuiltinModule?.("node:crypto");
  if (crypto !== undefined) {
    const key = crypto.createPublicKey({ key: jwk, format: "jwk" });
    return (payload, signature) => crypto.verify(null, payload, key, signature);
  }
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey("jwk", jwk, { name: "Ed25519" }, false, ["verify"]);
  return (payload, signature) =>
    subtle.verify("Ed25519", key, signature as BufferSource, payload as BufferSource);
}
