import { KonnectError } from "../errors.js";
import { usableKeys, type VerifyingKey } from "./jwks.js";

/** In ms: the least time between two fetches of one set, unless keys age sooner. */
const MIN_INTERVAL = 30_000;

/** How long keys are used, in ms. */
export interface KeyAges {
  maxAgeMs: number;
  staleMs: number;
}

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

/** Caches one key set that a function fetches. At most one fetch runs at a time. */
export class KeySource {
  readonly #fetch: () => Promise<unknown>;
  readonly #now: () => number;
  readonly #ages: KeyAges;
  #kept: Keys | undefined;
  #running: { generation: number; result: Promise<NewerKeys> } | undefined;
  #generation = 0;
  #lastStart: number | undefined;
  #failure: unknown;

  constructor(fetch: () => Promise<unknown>, now: () => number, ages: KeyAges) {
    this.#fetch = fetch;
    this.#now = now;
    this.#ages = ages;
  }

  /** Sequence number of the last fetch that began. {@link newerThan} compares with it. */
  get generation(): number {
    return this.#generation;
  }

  /** Why the last fetch failed. Undefined if it succeeded. */
  get failure(): unknown {
    return this.#failure;
  }

  /** The keys to try. Undefined if no key was ever fetched, or the last fetched ones are too old. */
  async current(): Promise<Keys | undefined> {
    const { maxAgeMs, staleMs } = this.#ages;
    if (this.#since(this.#kept?.fetchedAt) >= maxAgeMs) await (this.#running?.result ?? this.#begin());
    return this.#since(this.#kept?.fetchedAt) < Math.max(maxAgeMs, staleMs) ? this.#kept : undefined;
  }

  /** The keys of a fetch that began after that one. */
  async newerThan(generation: number): Promise<NewerKeys> {
    // A fetch that was already running may return the keys from before a rotation.
    while (this.#running !== undefined && this.#running.generation <= generation) await this.#running.result;
    if (this.#running === undefined && this.#kept !== undefined && this.#kept.generation > generation)
      return { status: "fetched", keys: this.#kept };
    return this.#running?.result ?? this.#begin() ?? { status: "too_soon" };
  }

  /** Fetches now, however recent the last fetch was. Resolves when a fetch that began after this call has ended. */
  async reload(): Promise<NewerKeys> {
    const generation = this.#generation;
    while (this.#running !== undefined && this.#running.generation <= generation) await this.#running.result;
    this.#lastStart = undefined;
    return this.newerThan(generation);
  }

  /** The time since then, in ms. Infinite if the clock was set back. */
  #since(time: number | undefined): number {
    const passed = time === undefined ? -1 : this.#now() - time;
    return passed < 0 ? Number.POSITIVE_INFINITY : passed;
  }

  /** Starts a fetch, unless the last one was too recent. */
  #begin(): Promise<NewerKeys> | undefined {
    if (this.#since(this.#lastStart) < Math.min(MIN_INTERVAL, this.#ages.maxAgeMs)) return undefined;
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
      const keys = await usableKeys(await this.#fetch());
      // A key set without a usable key does not replace the cached keys: a rotation always brings a new key.
      if (keys.length === 0)
        throw new KonnectError("invalid_response", "the key set has no usable Ed25519 key");
      this.#kept = { keys, fetchedAt, generation };
      this.#failure = undefined;
      return { status: "fetched", keys: this.#kept };
    } catch (cause) {
      this.#failure = cause;
      return { status: "failed", cause };
    } finally {
      this.#running = undefined;
    }
  }
}
