import type { VerifyingKey } from "./jwks.js";
import type { Claim } from "./signed-payload.js";
import type { Verification } from "./verification.js";

/** Threads that verify signatures. */
export interface VerifyWorkers {
  /** For each claim, the verification under the key that matched. Undefined if none did. */
  verify(claims: Claim[]): Promise<(Verification | undefined)[]>;
  close(): void;
}

/**
 * The code of a thread. It is text, because a bundler would lose a file. It gets the bytes of many records in one block, and
 * replies for each record with 0 if no key matched, or else with the key's index plus 1, negative if a CPS record was signed
 * without its wrapper.
 */
const SOURCE = `
const { createPublicKey, verify } = process.getBuiltinModule("node:crypto");
const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
const keys = workerData.map((x) => createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }));
parentPort.on("message", ({ id, bytes, ends }) => {
  const matches = new Int32Array(ends.length / 3);
  for (let i = 0, at = 0; i < matches.length; i++) {
    const [signatureEnd, payloadEnd, innerEnd] = ends.subarray(3 * i, 3 * i + 3);
    const signature = bytes.subarray(at, signatureEnd);
    const payload = bytes.subarray(signatureEnd, payloadEnd);
    const inner = bytes.subarray(payloadEnd, innerEnd);
    for (let k = 0; k < keys.length && matches[i] === 0; k++) {
      if (verify(null, payload, keys[k], signature)) matches[i] = k + 1;
      else if (inner.length > 0 && verify(null, inner, keys[k], signature)) matches[i] = -(k + 1);
    }
    at = innerEnd;
  }
  parentPort.postMessage({ id, matches }, [matches.buffer]);
});
`;

/** How long idle threads are kept, in ms. Starting them takes some 50 ms. */
const IDLE = 10_000;

/** Lends threads, and keeps idle ones for a while. Idle threads do not keep the process alive. */
export function createWorkerPool() {
  let kept:
    | (StartedWorkers & { count: number | undefined; keys: readonly VerifyingKey[]; users: number })
    | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;
  return {
    /** Undefined if this runtime has no threads, or there is no key. */
    borrow(count: number | undefined, keys: readonly VerifyingKey[]): VerifyWorkers | undefined {
      if (kept === undefined || kept.count !== count || !areSame(kept.keys, keys)) {
        const started = startWorkers(count, keys);
        if (started === undefined) return undefined;
        if (kept?.users === 0) kept.terminate();
        kept = { ...started, count, keys, users: 0 };
      }
      clearTimeout(idle);
      const borrowed = kept;
      if (borrowed.users++ === 0) borrowed.keepAlive(true);
      return {
        verify: borrowed.verify,
        close() {
          if (--borrowed.users > 0) return;
          borrowed.keepAlive(false);
          if (borrowed !== kept) return borrowed.terminate();
          idle = setTimeout(() => {
            kept = undefined;
            borrowed.terminate();
          }, IDLE);
          // Some runtimes have numbers for timers.
          (idle as { unref?: () => void }).unref?.();
        },
      };
    },
  };
}

function areSame(some: readonly VerifyingKey[], others: readonly VerifyingKey[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ x, kid }, i) => x === others[i]!.x && kid === others[i]!.kid)
  );
}

interface StartedWorkers {
  verify: VerifyWorkers["verify"];
  keepAlive(isUsed: boolean): void;
  terminate(): void;
}

/** Starts threads, by default one per core. */
function startWorkers(count: number | undefined, keys: readonly VerifyingKey[]): StartedWorkers | undefined {
  const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  const wanted = count ?? os?.availableParallelism() ?? 0;
  if (threads === undefined || wanted < 1 || keys.length === 0) return undefined;
  let hasEnded = false;
  const waiting = new Map<number, (matches: Int32Array | undefined) => void>();
  const workers = Array.from({ length: wanted }, () => {
    const worker = new threads.Worker(SOURCE, { eval: true, workerData: keys.map(({ x }) => x) });
    worker.on("message", ({ id, matches }) => {
      waiting.get(id)?.(matches);
      waiting.delete(id);
    });
    // If a thread dies, the caller verifies its records, and no thread gets more work.
    worker.on("error", () => {});
    worker.on("exit", () => {
      hasEnded = true;
      for (const answer of waiting.values()) answer(undefined);
      waiting.clear();
    });
    return worker;
  });
  let id = 0;
  return {
    async verify(claims) {
      if (claims.length === 0 || hasEnded) return claims.map(() => undefined);
      const { bytes, ends } = pack(claims);
      const worker = workers[++id % workers.length]!;
      const matches = await new Promise<Int32Array | undefined>((resolve) => {
        waiting.set(id, resolve);
        worker.postMessage({ id, bytes, ends }, [bytes.buffer, ends.buffer]);
      });
      return claims.map((claim, i) => verification(claim, matches?.[i] ?? 0, keys));
    },
    keepAlive(isUsed) {
      for (const worker of workers) isUsed ? worker.ref() : worker.unref();
    },
    terminate() {
      for (const worker of workers) void worker.terminate();
    },
  };
}

function pack(claims: readonly Claim[]) {
  const size = claims.reduce(
    (sum, { signature, payload, inner }) => sum + signature.length + payload.length + (inner?.length ?? 0),
    0,
  );
  const bytes = new Uint8Array(size);
  const ends = new Uint32Array(3 * claims.length);
  let at = 0;
  let part = 0;
  for (const { signature, payload, inner } of claims)
    for (const piece of [signature, payload, inner]) {
      if (piece !== undefined) bytes.set(piece, at);
      at += piece?.length ?? 0;
      ends[part++] = at;
    }
  return { bytes, ends };
}

function verification(
  { isWrapped }: Claim,
  match: number,
  keys: readonly VerifyingKey[],
): Verification | undefined {
  if (match === 0) return undefined;
  const { kid } = keys[Math.abs(match) - 1]!;
  if (!isWrapped) return { status: "valid", kid };
  return { status: "valid", kid, covers: match > 0 ? "wrapper" : "event" };
}
