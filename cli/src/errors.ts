/**
 * An exit status other than 0.
 *
 * - 1: found something wrong: a record that is not valid, a problem in the pipeline
 * - 2: wrong usage or configuration: an option, a file that is missing, a port in use, a refused token
 * - 3: could not be judged or completed: no keys, a broken archive, a full disk, no answer from Konnect
 */
export type FailureStatus = 1 | 2 | 3;

/** Ends the command with one sentence and an exit status. */
export class ExitError extends Error {
  constructor(
    readonly status: FailureStatus,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
