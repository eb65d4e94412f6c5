/** Something that goes wrong with a request. Members that are not given stay as they would be. */
export interface Fault {
  /** Only requests of this method. */
  method?: string | undefined;
  /** Only requests whose path is this, or fits this. */
  path?: string | RegExp | undefined;
  /** How many requests it strikes. Default 1. */
  times?: number | undefined;
  /**
   * Whether the request takes effect before it goes wrong: `before` (default: no effect) or `after`. A 429 never has an
   * effect, and a cut answer always has one.
   */
  effect?: "before" | "after" | undefined;
  /** How long the answer is held back, in ms. */
  delayMs?: number | undefined;
  /** The status it answers. */
  status?: number | undefined;
  /** Answers a page of HTML instead of JSON. */
  html?: boolean | undefined;
  /** The `Retry-After` it answers: seconds, or a date. */
  retryAfter?: number | string | undefined;
  /** Resets the connection instead of answering. */
  reset?: boolean | undefined;
  /** Breaks the answer off in the middle of its body. */
  truncate?: boolean | undefined;
}

/** The faults that are still to strike. */
export class Faults {
  #waiting: (Fault & { times: number })[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ ...fault, times: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The one that strikes this request; the first that was added and fits. */
  take(method: string, path: string): Fault | undefined {
    const found = this.#waiting.find(
      (fault) => (fault.method ?? method) === method && (fault.path === undefined || fits(fault.path, path)),
    );
    if (found !== undefined && --found.times <= 0)
      this.#waiting = this.#waiting.filter((fault) => fault !== found);
    return found;
  }
}

/** True when the request must not be worked on. */
export function hasNoEffect({ status, reset, effect = "before" }: Fault): boolean {
  return status === 429 || (effect === "before" && (status !== undefined || reset === true));
}

function fits(pattern: string | RegExp, path: string): boolean {
  return typeof pattern === "string" ? pattern === path : path.search(pattern) !== -1;
}
