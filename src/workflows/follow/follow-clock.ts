import { toMs } from "../../client/api/date-time.js";

/** A time that goes back by more than this was wrong before, in ms: `now()` is exact to a second, and answers take time. */
const TOLERANCE = 10_000;

/** Konnect's clock as a follow uses it: what is settled is never read again, so a clock that is wrong must settle nothing. */
export class FollowClock {
  readonly #konnectNow: () => number | undefined;
  readonly #reachBack: number;
  /** The last time that was told, and when, in ms of the monotonic clock. */
  #last: { now: number; at: number } | undefined;
  /** By how much the clock went back since `settled` was last corrected, in ms. */
  #wentBack = 0;

  /** @param reachBack how long after its time a record may become readable, in ms */
  constructor(konnectNow: () => number | undefined, reachBack: number) {
    this.#konnectNow = konnectNow;
    this.#reachBack = reachBack;
  }

  /** Konnect's time in ms. Undefined if Konnect does not tell it, or if its responses disagree. */
  now(): number | undefined {
    const now = this.#konnectNow();
    if (now === undefined) return undefined;
    const at = performance.now();
    const back = this.#last === undefined ? 0 : this.#last.now + at - this.#last.at - now;
    if (back > TOLERANCE) this.#wentBack += back;
    this.#last = { now, at };
    return now;
  }

  /** Whether Konnect told the time before, and its responses disagree now. */
  get isDisputed(): boolean {
    return this.now() === undefined && this.#last !== undefined;
  }

  /** Nothing can become readable before this time, in ms. Undefined without a time. */
  horizon(): number | undefined {
    const now = this.now();
    return now === undefined ? undefined : now - this.#reachBack;
  }

  /**
   * The time that a window may settle, in ms: nothing behind the horizon, unless it was settled before. Undefined while the time is
   * disputed, and for a time that has not come.
   */
  bounded(settles: number | undefined, settled: number | undefined): number | undefined {
    if (settles === undefined || this.isDisputed) return undefined;
    const now = this.now();
    if (now === undefined) return settles;
    if (settles > now) return undefined;
    return Math.min(settles, Math.max(now - this.#reachBack, settled ?? settles));
  }

  /**
   * The settled time, which goes back with a clock that went back, less the overlap; as it does if it is later than the clock. Records
   * of that time may be yielded again.
   */
  correct(settled: string | undefined): string | undefined {
    const now = this.now();
    if (settled === undefined || now === undefined) return settled;
    const at = toMs(settled);
    const back = Math.max(at - now, this.#wentBack, 0);
    this.#wentBack = 0;
    return back === 0 ? settled : new Date(at - back - this.#reachBack).toISOString();
  }
}
