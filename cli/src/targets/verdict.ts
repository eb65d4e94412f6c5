/**
 * The verdict of a target on one record: taken, to be retried, never accepted (with the reason), or not taken for good where
 * sending it once more would help nobody, because the target has it elsewhere or does not say which record it means.
 */
export type Verdict = "taken" | "retry" | { poison: string } | { rejected: string };

/** The target is busy or down: retry everything later. */
export class Busy extends Error {
  constructor(
    message: string,
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }
}

/** The target refuses this request. If it does not say which record is to blame, smaller requests find it. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly index?: number,
  ) {
    super(message);
  }
}
