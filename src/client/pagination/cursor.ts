import { KonnectError } from "../../errors.js";

/**
 * The cursor of the next page, from the `meta` of a response. Undefined on the last page.
 *
 * Konnect returns a URI in `meta.next` (destinations) or `meta.page.next` (audit logs), with the cursor in its query,
 * percent-encoded or not. Only the cursor is used: no request goes to the host and path of that URI.
 *
 * @throws {@link KonnectError} `invalid_response` for a next page without a cursor, which must not look like the last page
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
 * Detects that cursors repeat, by Brent's algorithm, which stores a single cursor.
 */
export class CycleDetector {
  #kept: string | undefined;
  #steps = 0;
  #limit = 1;

  /** True if the cursors have begun to repeat. */
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
