import type { SignedRecord } from "../records/signed/signed-record.js";
import type { VerifyingKey } from "./jwks.js";
import { bytesOf, type PackedRecords, packRecords } from "./packed-records.js";
import type { Valid } from "./verification.js";

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
 * For each record, 0 if no key matched, or else the index of the key plus 1, negative if it matched the payload without its wrapper. Keys
 * are 32 bytes, canonical, and not of small order.
 *
 * @internal
 */
export type Match = (records: PackedRecords, keys: readonly Uint8Array[]) => Int32Array;

/** @internal */
interface EngineThread {
  /** JavaScript that sets the global `wasm` to an object with `createInstance(module)`. */
  source: string;
  module: unknown;
}

/** The runtime verifies one in 1,024 accepted records again. A divisor of 2^16. */
const RECHECK = 1_024;

/** For each record, the verification under the key that matched. Undefined if none did, or if the engine is not active. */
export async function matchRecords(
  engine: VerifyEngine,
  records: readonly SignedRecord[],
  keys: readonly VerifyingKey[],
): Promise<(Valid | undefined)[]> {
  if (!engine.isActive || keys.length === 0 || records.length === 0) return records.map(() => undefined);
  let matches: Int32Array;
  try {
    matches = engine.match(
      packRecords(records),
      keys.map(({ point }) => point),
    );
  } catch (cause) {
    // Such as memory that cannot grow. The runtime verifies.
    engine.disable(`it failed: ${cause instanceof Error ? cause.message : "something other than an Error"}`);
    return records.map(() => undefined);
  }
  return toVerifications(matches, records, keys, engine);
}

/** The verifications for the matches of an engine or a thread. Verifies some of an engine's again. */
export async function toVerifications(
  matches: Int32Array,
  records: readonly SignedRecord[],
  keys: readonly VerifyingKey[],
  engine: VerifyEngine | undefined,
): Promise<(Valid | undefined)[]> {
  const settled = records.map((record, i) => {
    const match = matches[i]!;
    return match === 0 ? undefined : validUnder(keys[Math.abs(match) - 1]!, record, match > 0);
  });
  if (engine === undefined) return settled;
  // Disabled by another batch while this one was on its way.
  if (!engine.isActive) return records.map(() => undefined);
  const random = globalThis.crypto.getRandomValues(new Uint16Array(records.length));
  for (const [i, { signature, payload, unwrappedPayload }] of records.entries()) {
    const match = matches[i]!;
    if (match === 0 || random[i]! % RECHECK !== 0) continue;
    const { verify } = keys[Math.abs(match) - 1]!;
    if (await verify(bytesOf(match > 0 ? payload : unwrappedPayload!), signature)) continue;
    engine.disable("it accepted a signature that the runtime's own cryptography refuses");
    return records.map(() => undefined);
  }
  return settled;
}

/** The verification of a record that this key signed. `coversAll` is false if it signed a CPS record without its wrapper. */
export function validUnder({ kid }: VerifyingKey, { isCps }: SignedRecord, coversAll: boolean): Valid {
  if (!isCps) return { status: "valid", kid };
  return { status: "valid", kid, covers: coversAll ? "wrapper" : "event" };
}
