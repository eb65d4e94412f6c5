/** A fault of a request. Members that you do not give have no effect. */
export interface Fault {
  /** Only requests of this method. */
  method?: string | undefined;
  /** Only requests with this path, or a path that matches. */
  path?: string | RegExp | undefined;
  /** How many requests it affects. Default 1. */
  times?: number | undefined;
  /**
   * Whether the fault occurs `before` the request takes effect (default) or `after`. A 429 never has an effect, and a truncated
   * response always has one.
   */
  effect?: "before" | "after" | undefined;
  /** Delay of the response, in ms. */
  delayMs?: number | undefined;
  /** The status of the response. */
  status?: number | undefined;
  /** Responds with HTML instead of JSON. */
  html?: boolean | undefined;
  /** The `Retry-After` of the response: seconds, or a date. */
  retryAfter?: number | string | undefined;
  /** Resets the connection instead of responding. */
  reset?: boolean | undefined;
  /** Cuts the response in the middle of its body. */
  truncate?: boolean | undefined;
}

/** The faults that are still to occur. */
export class Faults {
  #waiting: (Fault & { times: number })[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ ...fault, times: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The fault of this request: the first one that was added and matches. */
  take(method: string, path: string): Fault | undefined {
    const found = this.#waiting.find(
      (fault) => (fault.method ?? method) === method && (fault.path === undefined || fits(fault.path, path)),
    );
    if (found !== undefined && --found.times <= 0)
      this.#waiting = this.#waiting.filter((fault) => fault !== found);
    return found;
  }
}

/** True if the request must not take effect. */
export function hasNoEffect({ status, reset, effect = "before" }: Fault): boolean {
  return status === 429 || (effect === "before" && (status !== undefined || reset === true));
}

function fits(pattern: string | RegExp, path: string): boolean {
  return typeof pattern === "string" ? pattern === path : path.search(pattern) !== -1;
}
