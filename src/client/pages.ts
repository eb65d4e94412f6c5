/**
 * A list that comes in pages: awaited it is one page, iterated with `for await` every item of every page.
 *
 * Nothing is sent before either is asked for; a page awaited once is not fetched again.
 *
 * @example
 * ```ts
 * const page = await konnect.listControlPlanes({ "page[size]": 10 });
 * for await (const plane of konnect.listControlPlanes()) console.log(plane.name);
 * ```
 */
export class Pages<Page, Item> implements Promise<Page>, AsyncIterable<Item> {
  readonly #fetchFirst: () => Promise<Page>;
  readonly #fetchNext: (page: Page) => Promise<Page> | undefined;
  readonly #items: (page: Page) => readonly Item[];
  #first: Promise<Page> | undefined;

  constructor(
    fetchFirst: () => Promise<Page>,
    /** Undefined behind the last page. */
    fetchNext: (page: Page) => Promise<Page> | undefined,
    items: (page: Page) => readonly Item[],
  ) {
    this.#fetchFirst = fetchFirst;
    this.#fetchNext = fetchNext;
    this.#items = items;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for (
      let page: Page | undefined = await this.#page();
      page !== undefined;
      page = await this.#fetchNext(page)
    ) {
      yield* this.#items(page);
    }
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise of the first page
  then<A = Page, B = never>(
    onPage?: ((page: Page) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#page().then(onPage, onError);
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<Page | B> {
    return this.#page().catch(onError);
  }

  finally(onEnd?: (() => void) | null): Promise<Page> {
    return this.#page().finally(onEnd);
  }

  get [Symbol.toStringTag](): string {
    return "Pages";
  }

  #page(): Promise<Page> {
    this.#first ??= this.#fetchFirst();
    return this.#first;
  }
}
