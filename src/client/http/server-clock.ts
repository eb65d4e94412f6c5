/** How far a `Date` may be from what the answers before it make expect, in ms: seconds are cut, and answers take time. */
const TOLERANCE = 10_000;
/** How many answers in a row have to agree on a time that jumped. */
const ENOUGH = 3;
/** The end of the year 9999: HTTP's dates have four digits of years (RFC 9110, 5.6.7). */
const LATEST = 253_402_300_799_000;

/**
 * Konnect's clock, from the `Date` header of its successful responses. This machine's clock may be wrong. So may that of a gateway: a
 * `Date` that jumps against the time since the answers before it is not believed until three in a row agree.
 */
export class Clock {
  readonly #report: (problem: string) => void;
  /** Konnect's time minus the monotonic time, as the answers have it. */
  #offset: number | undefined;
  /** A time that jumped, and how many answers in a row have it. */
  #jump: { offset: number; answers: number } | undefined;

  constructor(report: (problem: string) => void = () => {}) {
    this.#report = report;
  }

  /** Reads the time from the headers of a response. */
  observe(headers: Headers): void {
    const date = Date.parse(headers.get("date") ?? "");
    if (Number.isNaN(date) || date > LATEST) return;
    const offset = date - performance.now();
    if (this.#offset === undefined || isNear(offset, this.#offset)) {
      this.#offset = offset;
      this.#jump = undefined;
      return;
    }
    const isSame = this.#jump !== undefined && isNear(offset, this.#jump.offset);
    const answers = isSame ? this.#jump!.answers + 1 : 1;
    const by = `${Math.round((offset - this.#offset) / 1_000)} s`;
    if (answers === 1) this.#report(`Konnect's Date jumped by ${by}: not believed until three answers agree`);
    this.#jump = { offset, answers };
    if (answers < ENOUGH) return;
    this.#report(`Konnect's Date jumped by ${by}, as three answers say: believed`);
    this.#offset = offset;
    this.#jump = undefined;
  }

  /**
   * Konnect's time in ms since the epoch. Undefined before the first response, and while responses disagree about it. A `Date` has
   * whole seconds (RFC 9110, 5.6.7); this is the end of that second, so it is never earlier than Konnect's clock.
   */
  now(): number | undefined {
    if (this.#offset === undefined || this.#jump !== undefined) return undefined;
    return Math.floor(this.#offset + performance.now()) + 999;
  }
}

function isNear(offset: number, other: number): boolean {
  return Math.abs(offset - other) <= TOLERANCE;
}
