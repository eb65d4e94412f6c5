import type { VerifyingKey } from "./jwks.js";
import { keySets } from "./key-sets.js";
import type { ResolvedVerifierOptions } from "./options.js";

/** The keys that a verifier can try at the moment. */
export interface CurrentKeys {
  keys: readonly VerifyingKey[];
  /** For each set, the sequence number of the fetch that brought its keys; 0 without one. */
  generations: readonly number[];
}

/** What a fetch of newer keys brought. */
export interface NewerKeys {
  keys: readonly VerifyingKey[];
  /** True if a set was fetched too recently to fetch it again. */
  isTooSoon: boolean;
  /** Why a set could not be read. Undefined if all could. */
  failure: { cause: unknown } | undefined;
}

/** The key sets of a verifier. One that cannot be read does not take the others down. */
export function createKeyRing(options: ResolvedVerifierOptions) {
  const sets = keySets(options);
  return {
    /** For each set, the sequence number of the last fetch that began. */
    generations: (): number[] => sets.map((set) => ("source" in set ? set.source.generation : 0)),

    async current(): Promise<CurrentKeys> {
      const all = await Promise.all(
        sets.map(async (set) => {
          if ("source" in set) return set.source.current();
          return { keys: await set.final.catch(() => []), generation: 0 };
        }),
      );
      return {
        keys: all.flatMap((set) => set?.keys ?? []),
        generations: all.map((set) => set?.generation ?? 0),
      };
    },

    /** The keys of fetches that began after those, except for sets whose current keys are newer than that anyway. */
    async newerThan(generations: readonly number[], current: CurrentKeys): Promise<NewerKeys> {
      const newer: NewerKeys = { keys: [], isTooSoon: false, failure: undefined };
      await Promise.all(
        sets.map(async (set, i) => {
          if (!("source" in set)) {
            await set.final.catch((cause) => (newer.failure = { cause }));
            return;
          }
          const before = generations[i]!;
          if (current.generations[i]! > before) return;
          const { source } = set;
          // Without current keys, a fetch has just failed, or did a moment ago.
          const result =
            current.generations[i] === 0 && source.failure !== undefined
              ? { status: "failed" as const, cause: source.failure }
              : await source.newerThan(before);
          if (result.status === "fetched") newer.keys = [...newer.keys, ...result.keys.keys];
          else if (result.status === "failed") newer.failure = { cause: result.cause };
          else newer.isTooSoon = true;
        }),
      );
      return newer;
    },

    /** Fetches every set now. Throws why one could not be read, after all others were. */
    async reload(): Promise<void> {
      const results = await Promise.all(
        sets.map((set) => ("source" in set ? set.source.reload() : undefined)),
      );
      const failed = results.find((result) => result?.status === "failed");
      if (failed?.status === "failed") throw failed.cause;
    },
  };
}

export type KeyRing = ReturnType<typeof createKeyRing>;
