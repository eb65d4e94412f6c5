import type { VerifyingKey } from "./jwks.js";
import { bytesOf, type PackedClaims, packClaims } from "./packed-claims.js";
import type { Claim } from "./signed-payload.js";
import type { Verification } from "./verification.js";

/**
 * Verifies faster than the runtime's own cryptography. `wasmEngine()` of `konnect-audit-logs/wasm` makes one.
 *
 * Only `valid` comes from an engine: what it does not accept is verified by the runtime, so that a fault cannot make a good record
 * invalid. One in 1,024 records that it accepts is verified again by the runtime; a difference disables it.
 */
export interface VerifyEngine {
  /** False if it cannot run here, or was disabled. The runtime's own cryptography serves then. */
  readonly isActive: boolean;
  /** Why it is not active. */
  readonly reason: string | undefined;
  /** @internal */
  readonly match: Match;
  /** What a thread needs for an engine of its own. @internal */
  readonly thread: EngineThread;
  /** @internal */
  disable(reason: string): void;
}

/**
 * For each claim, 0 if no key matched, or else the index of the key plus 1, negative if it matched the payload without its wrapper. Keys
 * are 32 bytes, canonical, and not of small order.
 *
 * @internal
 */
export type Match = (claims: PackedClaims, keys: readonly Uint8Array[]) => Int32Array;

/** @internal */
interface EngineThread {
  /** JavaScript that sets the global `wasm` to an object with `createInstance(module)`. */
  source: string;
  module: unknown;
}

/** The runtime verifies one in 1,024 accepted records again. A divisor of 2^16. */
const RECHECK = 1_024;

/** For each claim, the verification under the key that matched. Undefined if none did, or if the engine is not active. */
export async function matchClaims(
  engine: VerifyEngine,
  claims: readonly Claim[],
  keys: readonly VerifyingKey[],
): Promise<(Verification | undefined)[]> {
  if (!engine.isActive || keys.length === 0 || claims.length === 0) return claims.map(() => undefined);
  const matches = engine.match(
    packClaims(claims),
    keys.map(({ point }) => point),
  );
  return settleMatches(matches, claims, keys, engine);
}

/** The verifications for the matches of an engine or a thread. Verifies some of an engine's again. */
export async function settleMatches(
  matches: Int32Array,
  claims: readonly Claim[],
  keys: readonly VerifyingKey[],
  engine: VerifyEngine | undefined,
): Promise<(Verification | undefined)[]> {
  const settled = claims.map((claim, i) => verificationOf(claim, matches[i]!, keys));
  if (engine === undefined) return settled;
  // Disabled by another batch while this one was on its way.
  if (!engine.isActive) return claims.map(() => undefined);
  const random = globalThis.crypto.getRandomValues(new Uint16Array(claims.length));
  for (const [i, { signature, payload, inner }] of claims.entries()) {
    const match = matches[i]!;
    if (match === 0 || random[i]! % RECHECK !== 0) continue;
    const { verify } = keys[Math.abs(match) - 1]!;
    if (await verify(bytesOf(match > 0 ? payload : inner!), signature)) continue;
    engine.disable("it accepted a signature that the runtime's own cryptography refuses");
    return claims.map(() => undefined);
  }
  return settled;
}

function verificationOf(
  { isWrapped }: Claim,
  match: number,
  keys: readonly VerifyingKey[],
): Verification | undefined {
  if (match === 0) return undefined;
  const { kid } = keys[Math.abs(match) - 1]!;
  if (!isWrapped) return { status: "valid", kid };
  return { status: "valid", kid, covers: match > 0 ? "wrapper" : "event" };
}
