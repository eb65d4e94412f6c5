import { KonnectError } from "../errors.js";
import type { JsonWebKeySet } from "../shared/json-web-key.js";
import { usableKeys, type VerifyingKey } from "./jwks.js";

/** In ms: how long fetched keys are fresh, how long they are used if no fetch succeeds, and the least time between two fetches. */
const FRESH = 600_000;
const STALE = 86_400_000;
const MIN_INTERVAL = 30_000;
/** The time limit of a fetch, in ms. A fetch that never ended would block every record that waits for it. */
const TIMEOUT = 15_000;

/** Keys, and the fetch that brought them. */
export interface Keys {
  keys: readonly VerifyingKey[];
  /** When the fetch began, in ms of the source's clock. */
  fetchedAt: number;
  /** Sequence number of the fetch. */
  generation: number;
}

/** The keys of a later fetch, or why that fetch did not happen. */
export type NewerKeys =
  | { status: "fetched"; keys: Keys }
  | { status: "too_soon" }
  | { status: "failed"; cause: unknown };

/** Caches the keys that a function fetches. At most one fetch runs at a time. */
export class KeySource {
  readonly #fetch: () => Promise<JsonWebKeySet>;
  readonly #now: () => number;
  #kept: Keys | undefined;
  #running: { generation: number; result: Promise<NewerKeys> } | undefined;
  #generation = 0;
  #lastStart: number | undefined;
  #failure: unknown;

  constructor(fetch: () => Promise<JsonWebKeySet>, now: () => number) {
    this.#fetch = fetch;
    this.#now = now;
  }

  /** Sequence number of the last fetch that began. {@link newerThan} compares with it. */
  get generation(): number {
    return this.#generation;
  }

  /** Why the last fetch failed. */
  get failure(): unknown {
    return this.#failure;
  }

  /** The keys to try. Undefined if no key was ever fetched, or the last fetched ones are too old. */
  async current(): Promise<Keys | undefined> {
    if (this.#since(this.#kept?.fetchedAt) >= FRESH) await (this.#running?.result ?? this.#begin());
    return this.#since(this.#kept?.fetchedAt) < STALE ? this.#kept : undefined;
  }

  /** The keys of a fetch that began after that one. */
  async newerThan(generation: number): Promise<NewerKeys> {
    // A fetch that was already running may return the keys from before a rotation.
    while (this.#running !== undefined && this.#running.generation <= generation) await this.#running.result;
    if (this.#running === undefined && this.#kept !== undefined && this.#kept.generation > generation)
      return { status: "fetched", keys: this.#kept };
    return this.#running?.result ?? this.#begin() ?? { status: "too_soon" };
  }

  /** The time since then, in ms. Infinite if the clock was set back. */
  #since(time: number | undefined): number {
    const passed = time === undefined ? -1 : this.#now() - time;
    return passed < 0 ? Number.POSITIVE_INFINITY : passed;
  }

  /** Starts a fetch, unless the last one was too recent. */
  #begin(): Promise<NewerKeys> | undefined {
    if (this.#since(this.#lastStart) < MIN_INTERVAL) return undefined;
    const now = this.#now();
    this.#lastStart = now;
    const generation = ++this.#generation;
    // In a later turn, so that #running is set before the fetch can end.
    const result = Promise.resolve().then(() => this.#load(now, generation));
    this.#running = { generation, result };
    return result;
  }

  async #load(fetchedAt: number, generation: number): Promise<NewerKeys> {
    try {
      const keys = await usableKeys(await withinTime(this.#fetch()));
      // A key set without a usable key does not replace the cached keys: a rotation always brings a new key.
      if (keys.length === 0)
        throw new KonnectError("invalid_response", "the key set has no usable Ed25519 key");
      this.#kept = { keys, fetchedAt, generation };
      return { status: "fetched", keys: this.#kept };
    } catch (cause) {
      this.#failure = cause;
      return { status: "failed", cause };
    } finally {
      this.#running = undefined;
    }
  }
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const overrun = new Promise<never>((_, reject) => {
    const error = new KonnectError(
      "timeout",
      `the function that fetches the keys timed out after ${TIMEOUT} ms`,
    );
    timer = setTimeout(reject, TIMEOUT, error);
  });
  try {
    return await Promise.race([work, overrun]);
  } finally {
    clearTimeout(timer);
  }
}
