import { KonnectError } from "../../errors.js";
import { linkedSignal } from "../../shared/abort.js";
import { CycleDetector } from "./cursor.js";

/** One page: its items, and the query of the next page. */
export interface Page<Item, Query> {
  /** The items of this page. */
  data: Item[];
  /** The argument that gets the next page from the same method. Plain data, which you can store. Absent on the last page. */
  next?: Query | undefined;
}

/**
 * A paginated list. Await it to get one page, iterate over it with `for await` to get every item of every page, or over `pages()`.
 *
 * It sends nothing before that. A page that you awaited is not fetched again. An iteration has one page in memory at a time,
 * and leaving the loop ends the request in progress.
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
    /** Fetches the page of `next`, or the first one. */
    fetchPage: (next: P["next"], signal: AbortSignal | undefined) => Promise<P>,
    /** The caller's signal. */
    signal: AbortSignal | undefined,
    /** Throws if a page does not say whether another one follows, because the iteration must not end there. */
    checkEnd: (page: P) => void = () => {},
  ) {
    this.#fetchPage = fetchPage;
    this.#checkEnd = checkEnd;
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): AsyncIterator<Item, void, undefined> {
    return this.#iterate((left) => this.#items(left));
  }

  /**
   * Iterates over the pages instead of their items.
   *
   * @example
   * ```ts
   * for await (const { data, next } of konnect.listAuditLogs().pages()) await database.insert(data);
   * ```
   */
  pages(): AsyncIterableIterator<P> {
    return this.#iterate((left) => this.#pages(left));
  }

  #iterate<T>(walk: (left: AbortSignal) => AsyncGenerator<T, void, undefined>) {
    const left = new AbortController();
    const items = walk(left.signal);
    return {
      next: () => items.next(),
      return: () => {
        left.abort();
        return items.return();
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async *#items(left: AbortSignal): AsyncGenerator<Item, void, undefined> {
    // Not yield*: it takes three turns of the microtask queue for each item.
    for await (const page of this.#pages(left)) for (const item of page.data) yield item;
  }

  async *#pages(left: AbortSignal): AsyncGenerator<P, void, undefined> {
    const cycle = new CycleDetector();
    let next: P["next"] | undefined;
    let page = this.#first;
    try {
      do {
        const fetched: P = await (page ?? this.#fetchUnlessLeft(next, left));
        yield fetched;
        if (fetched.next === undefined) this.#checkEnd(fetched);
        page = undefined;
        next = fetched.next;
        if (next !== undefined && cycle.repeats(JSON.stringify(next))) {
          throw new KonnectError("invalid_response", "pagination loop: Konnect repeated a cursor");
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
