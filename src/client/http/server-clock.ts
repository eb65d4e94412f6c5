/**
 * Konnect's clock, by the `Date` of its answers: no clock of this machine decides about Konnect's data.
 */
export class Clock {
  #date: number | undefined;
  #readAt = 0;

  /** Learns from the headers of an answer. */
  observe(headers: Headers): void {
    const date = Date.parse(headers.get("date") ?? "");
    if (Number.isNaN(date)) return;
    this.#date = date;
    this.#readAt = performance.now();
  }

  /**
   * Konnect's time in ms since the epoch; undefined before its first answer. A `Date` has whole seconds (RFC 9110, 5.6.7):
   * this is the end of the second, so what happened before now by Konnect's clock is never behind it.
   */
  now(): number | undefined {
    if (this.#date === undefined) return undefined;
    return this.#date + 999 + Math.floor(performance.now() - this.#readAt);
  }
}
