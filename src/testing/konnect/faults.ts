import * as z from "zod/mini";
import { check } from "../../client/api/validate.js";

const flag = z.optional(z.boolean());
const faultSchema = z.strictObject({
  method: z.optional(z.string()),
  path: z.optional(
    z.custom((value) => typeof value === "string" || value instanceof RegExp, "must be text or a RegExp"),
  ),
  times: z.optional(z.int().check(z.minimum(1))),
  effect: z.optional(z.enum(["before", "after"])),
  delayMs: z.optional(z.number().check(z.minimum(0))),
  status: z.optional(z.int().check(z.minimum(200), z.maximum(599))),
  html: flag,
  retryAfter: z.optional(z.union([z.number(), z.string()], "must be a number or text")),
  reset: flag,
  truncate: flag,
});

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
    check(faultSchema, fault, "invalid_options", "fault");
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
