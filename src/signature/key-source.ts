import { type KeySet, usableKeys, type VerifyingKey } from "./keys.js";

/** How long fetched keys are fresh, how long they serve when none can be fetched, and how often at most is fetched, in ms. */
const FRESH = 600_000;
const STALE = 86_400_000;
const MIN_INTERVAL = 30_000;
/** What an address of keys may take, in ms and bytes. */
export const FETCH_TIMEOUT = 10_000;
export const MAX_KEY_SET = 2 ** 20;

/** Keys, and when they were asked for. */
export interface Keys {
  keys: readonly VerifyingKey[];
  /** In ms by the clock, before the request. */
  fetchedAt: number;
  /** The how many-th fetch it was. */
  index: number;
}

/** Why there are no newer keys. */
export type Refusal = "too_soon" | "failed";

/** Keeps the keys that a function fetches: one fetch at a time, however many ask. */
export class KeySource {
  readonly #fetch: () => Promise<KeySet>;
  readonly #now: () => number;
  #kept: Keys | undefined;
  #running: { index: number; result: Promise<Keys | undefined> } | undefined;
  #started = 0;
  #lastStart = Number.NEGATIVE_INFINITY;

  constructor(fetch: () => Promise<KeySet>, now: () => number) {
    this.#fetch = fetch;
    this.#now = now;
  }

  /** How many fetches have begun: what {@link newerThan} compares with. */
  get started(): number {
    return this.#started;
  }

  /** The keys to try; undefined when there are none, and none can be fetched. */
  async current(): Promise<Keys | undefined> {
    const age = () =>
      this.#kept === undefined ? Number.POSITIVE_INFINITY : this.#now() - this.#kept.fetchedAt;
    if (age() >= FRESH) await (this.#running?.result ?? this.#begin());
    return age() < STALE ? this.#kept : undefined;
  }

  /** Keys of a fetch that began when so many had begun, or later. */
  async newerThan(started: number): Promise<Keys | Refusal> {
    // One that runs since before may have been answered before a rotation.
    while (this.#running !== undefined && this.#running.index <= started) await this.#running.result;
    const isNewer = this.#kept !== undefined && this.#kept.index > started;
    if (isNewer && this.#running === undefined) return this.#kept!;
    const result = this.#running?.result ?? this.#begin();
    return result === undefined ? "too_soon" : ((await result) ?? "failed");
  }

  /** Begins a fetch, unless the last one is too near. */
  #begin(): Promise<Keys | undefined> | undefined {
    const now = this.#now();
    if (now - this.#lastStart < MIN_INTERVAL) return undefined;
    this.#lastStart = now;
    const index = ++this.#started;
    const result = this.#load(now, index);
    this.#running = { index, result };
    return result;
  }

  async #load(fetchedAt: number, index: number): Promise<Keys | undefined> {
    // Not before #running is set.
    await undefined;
    try {
      const keys = await usableKeys(await this.#fetch());
      // A set without a usable key takes none away: keys do not vanish without a successor.
      if (keys.length === 0) return undefined;
      this.#kept = { keys, fetchedAt, index };
      return this.#kept;
    } catch {
      return undefined;
    } finally {
      this.#running = undefined;
    }
  }
}
