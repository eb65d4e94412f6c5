import { KonnectError } from "../../errors.js";

/**
 * The cursor of the next page out of an answer's `meta`; undefined on the last page.
 *
 * Konnect puts a URI at `meta.next` (destinations) or `meta.page.next` (audit logs), whose query holds the cursor,
 * percent-encoded or not. Only the cursor is taken: the host and path that the URI names get no request.
 *
 * @throws {@link KonnectError} `invalid_response` for a next page without a cursor: it must not pass for the last one
 */
export function nextCursor(meta: unknown, operation: string): string | undefined {
  const { next: direct, page } = (meta ?? {}) as { next?: unknown; page?: { next?: unknown } | null };
  const next = direct ?? page?.next;
  if (next === undefined || next === null || next === "") return undefined;
  const query = typeof next === "string" ? next.slice(next.indexOf("?") + 1) : "";
  const cursor = new URLSearchParams(query.replace(/#.*$/s, "")).get("page[after]");
  if (cursor) return cursor;
  throw new KonnectError("invalid_response", `${operation}: meta names a next page without page[after]`);
}

/**
 * Sees a row of cursors that has begun to go round, by Brent's algorithm: it keeps one of them, however long the row.
 */
export class CycleDetector {
  #kept: string | undefined;
  #steps = 0;
  #limit = 1;

  /** True when the cursor was there before. */
  repeats(cursor: string): boolean {
    if (cursor === this.#kept) return true;
    if (++this.#steps === this.#limit) {
      this.#kept = cursor;
      this.#limit *= 2;
      this.#steps = 0;
    }
    return false;
  }
}
