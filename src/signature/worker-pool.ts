import type { SignedRecord } from "../records/signed/signed-record.js";
import { toVerifications, type VerifyEngine } from "./engine.js";
import type { VerifyingKey } from "./jwks.js";
import { PAYLOAD_OFFSET, packRecords } from "./packed-records.js";
import type { Verification } from "./verification.js";

/** Threads that verify signatures. */
export interface VerifyWorkers {
  /** For each record, the verification under the key that matched. Undefined if none did. */
  verify(records: SignedRecord[]): Promise<(Verification | undefined)[]>;
  close(): void;
}

/**
 * The code of a thread. It is text, because a bundler would lose a file. It gets packed records, and replies for each with 0 if no key
 * matched, or else with the key's index plus 1, negative if a CPS record was signed without its wrapper. With an engine, the engine
 * goes first.
 */
const SOURCE = `
const { createPublicKey, verify } = process.getBuiltinModule("node:crypto");
const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
const { points, module } = workerData;
const keys = points.map((point) =>
  createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(point).toString("base64url") }, format: "jwk" }));
const match = module && wasm.createInstance(module);
parentPort.on("message", ({ id, bytes, rows }) => {
  const matches = match?.({ bytes, rows }, points) ?? new Int32Array(rows.length / 4);
  const isSigned = (key, at, length) =>
    verify(null, bytes.subarray(at + ${PAYLOAD_OFFSET}, at + ${PAYLOAD_OFFSET} + length), key, Buffer.concat([bytes.subarray(at + 32, at + 64), bytes.subarray(at, at + 32)]));
  for (let i = 0; i < matches.length; i++) {
    const [at, length, innerAt, innerLength] = rows.subarray(4 * i, 4 * i + 4);
    for (let k = 0; k < keys.length && matches[i] === 0; k++) {
      if (isSigned(keys[k], at, length)) matches[i] = k + 1;
      else if (innerLength > 0 && isSigned(keys[k], innerAt, innerLength)) matches[i] = -(k + 1);
    }
  }
  parentPort.postMessage({ id, matches, spare: bytes.buffer }, [matches.buffer, bytes.buffer]);
});
`;

/** How long idle threads are kept, in ms. Starting them takes some 50 ms. */
const IDLE = 10_000;

/** Lends threads, and keeps idle ones for a while. Idle threads do not keep the process alive. */
export function createWorkerPool(engine: VerifyEngine | undefined) {
  let kept:
    | (StartedWorkers & {
        count: number | undefined;
        keys: readonly VerifyingKey[];
        hasEngine: boolean;
        users: number;
      })
    | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;
  return {
    /** Undefined if this runtime has no threads, or there is no key. */
    borrow(count: number | undefined, keys: readonly VerifyingKey[]): VerifyWorkers | undefined {
      const hasEngine = engine?.isActive === true;
      if (
        kept === undefined ||
        kept.count !== count ||
        kept.hasEngine !== hasEngine ||
        !areSame(kept.keys, keys)
      ) {
        const started = startWorkers(count, keys, hasEngine ? engine : undefined);
        if (started === undefined) return undefined;
        if (kept?.users === 0) kept.terminate();
        kept = { ...started, count, keys, hasEngine, users: 0 };
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

/** Undefined in a runtime without threads. */
function threadsOfNode() {
  return globalThis.process?.getBuiltinModule?.("node:worker_threads");
}

/** How many threads start if `wanted` are: by default one per core; 0 in a runtime without threads. */
export function threadCount(wanted: number | undefined): number {
  if (threadsOfNode() === undefined) return 0;
  return wanted ?? process.getBuiltinModule("node:os")?.availableParallelism() ?? 0;
}

function startWorkers(
  count: number | undefined,
  keys: readonly VerifyingKey[],
  engine: VerifyEngine | undefined,
): StartedWorkers | undefined {
  const threads = threadsOfNode();
  const wanted = threadCount(count);
  if (threads === undefined || wanted < 1 || keys.length === 0) return undefined;
  let hasEnded = false;
  /** Memory that came back. */
  const spares: ArrayBuffer[] = [];
  const waiting = new Map<number, (matches: Int32Array | undefined) => void>();
  const workers = Array.from({ length: wanted }, () => {
    const worker = new threads.Worker((engine?.thread.source ?? "") + SOURCE, {
      eval: true,
      workerData: { points: keys.map(({ point }) => point), module: engine?.thread.module },
    });
    worker.on("message", ({ id, matches, spare }) => {
      if (spare.byteLength <= 2 ** 20) spares.push(spare);
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
    async verify(records) {
      if (records.length === 0 || hasEnded) return records.map(() => undefined);
      const { bytes, rows } = packRecords(records, spares.pop());
      const worker = workers[++id % workers.length]!;
      const matches = await new Promise<Int32Array | undefined>((resolve) => {
        waiting.set(id, resolve);
        worker.postMessage({ id, bytes, rows }, [bytes.buffer, rows.buffer]);
      });
      if (matches === undefined) return records.map(() => undefined);
      return toVerifications(matches, records, keys, engine);
    },
    keepAlive(isUsed) {
      for (const worker of workers) isUsed ? worker.ref() : worker.unref();
    },
    terminate() {
      for (const worker of workers) void worker.terminate();
    },
  };
}
