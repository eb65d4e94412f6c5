/**
 * Konnect's clock, from the `Date` header of its responses. This machine's clock may be wrong.
 */
export class Clock {
  #date: number | undefined;
  #readAt = 0;

  /** Reads the time from the headers of a response. */
  observe(headers: Headers): void {
    const date = Date.parse(headers.get("date") ?? "");
    if (Number.isNaN(date)) return;
    this.#date = date;
    this.#readAt = performance.now();
  }

  /**
   * Konnect's time in ms since the epoch. Undefined before the first response. A `Date` has whole seconds (RFC 9110, 5.6.7);
   * this is the end of that second, so it is never earlier than Konnect's clock.
   */
  now(): number | undefined {
    if (this.#date === undefined) return undefined;
    return this.#date + 999 + Math.floor(performance.now() - this.#readAt);
  }
}
