import { KonnectError } from "../../errors.js";
import { linkedSignal } from "../../shared/abort.js";
import { CycleDetector } from "./cursor.js";

/** What every page has: its items, and the query of the page behind it. */
export interface Page<Item, Query> {
  data: Item[];
  /** What to call the same method with for the next page: plain data, to be stored if need be. Absent on the last. */
  next?: Query | undefined;
}

/**
 * A list that comes in pages: awaited it is one page, iterated with `for await` every item of every page.
 *
 * Nothing is sent before either is asked for; a page awaited once is not fetched again. Iteration holds one page at a
 * time, and leaving the loop ends the request under way.
 *
 * @example
 * ```ts
 * const page = await konnect.listControlPlanes({ "page[size]": 10 });
 * for await (const plane of konnect.listControlPlanes()) console.log(plane.name);
 * ```
 */
export class Pages<P extends Page<Item, unknown>, Item> implements Promise<P>, AsyncIterable<Item> {
  readonly #fetchPage: (next: P["next"], signal: AbortSignal | undefined) => Promise<P>;
  readonly #checkEnd: (page: P) => void;
  readonly #signal: AbortSignal | undefined;
  #first: Promise<P> | undefined;

  constructor(
    /** Fetches the page that `next` asks for, or the first one. */
    fetchPage: (next: P["next"], signal: AbortSignal | undefined) => Promise<P>,
    /** The caller's. */
    signal: AbortSignal | undefined,
    /** Throws if a page does not say whether another one follows: the walk must not end there. */
    checkEnd: (page: P) => void = () => {},
  ) {
    this.#fetchPage = fetchPage;
    this.#checkEnd = checkEnd;
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): AsyncIterator<Item, void, undefined> {
    const left = new AbortController();
    const items = this.#walk(left.signal);
    return {
      next: () => items.next(),
      return: () => {
        left.abort();
        return items.return();
      },
    };
  }

  async *#walk(left: AbortSignal): AsyncGenerator<Item, void, undefined> {
    const cycle = new CycleDetector();
    let next: P["next"] | undefined;
    let page = this.#first;
    try {
      do {
        const fetched: P = await (page ?? this.#fetchUnlessLeft(next, left));
        yield* fetched.data;
        if (fetched.next === undefined) this.#checkEnd(fetched);
        page = undefined;
        next = fetched.next;
        if (next !== undefined && cycle.repeats(JSON.stringify(next))) {
          throw new KonnectError("invalid_response", "the pages go round: a cursor came a second time");
        }
      } while (next !== undefined);
    } catch (error) {
      if (!left.aborted) throw error;
    }
  }

  async #fetchUnlessLeft(next: P["next"], left: AbortSignal): Promise<P> {
    const { signal, unlink } = linkedSignal(left, this.#signal);
    try {
      return await this.#fetchPage(next, signal);
    } finally {
      unlink();
    }
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise of the first page
  then<A = P, B = never>(
    onPage?: ((page: P) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#page().then(onPage, onError);
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<P | B> {
    return this.#page().catch(onError);
  }

  finally(onEnd?: (() => void) | null): Promise<P> {
    return this.#page().finally(onEnd);
  }

  get [Symbol.toStringTag](): string {
    return "Pages";
  }

  #page(): Promise<P> {
    this.#first ??= this.#fetchPage(undefined, this.#signal);
    return this.#first;
  }
}
