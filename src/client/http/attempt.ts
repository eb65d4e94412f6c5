import { KonnectError } from "../../errors.js";
import { aborted } from "../../shared/abort.js";
import { startDeadline } from "../../shared/deadline.js";
import { connectionTrouble } from "./network-error.js";
import type { Secrets } from "./redact.js";
import { AttemptError } from "./retry.js";

/** The request that an attempt sends, as its errors describe it. */
export interface Attempted {
  method: string;
  path: string;
  secrets: Secrets;
  /** An earlier attempt of the same call may have taken effect. */
  isRepeat: boolean;
}

/** The two halves of an attempt: until `exchange` begins, nothing was sent. */
export interface AttemptSteps<Prepared, T> {
  prepare: (signal: AbortSignal) => Promise<Prepared>;
  exchange: (prepared: Prepared) => Promise<T>;
}

/**
 * Runs one attempt under a time limit and the caller's signal. Both reach it as one signal, and end the attempt even if
 * it ignores that signal.
 *
 * @throws {@link AttemptError} whatever fails
 */
export async function attemptWithin<Prepared, T>(
  { prepare, exchange }: AttemptSteps<Prepared, T>,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
  attempted: Attempted,
): Promise<T> {
  const deadline = startDeadline(timeoutMs, signal);
  let isSent = false;
  try {
    deadline.signal.throwIfAborted();
    const prepared = await deadline.race(prepare(deadline.signal));
    deadline.signal.throwIfAborted();
    isSent = true;
    return await deadline.race(exchange(prepared));
  } catch (thrown) {
    if (thrown instanceof AttemptError) throw thrown;
    const abortedBy = signal?.aborted ? signal : undefined;
    throw failure(thrown, attempted, isSent, abortedBy, deadline.signal.aborted ? timeoutMs : undefined);
  } finally {
    deadline.clear();
  }
}

function failure(
  thrown: unknown,
  { method, path, secrets }: Attempted,
  isSent: boolean,
  abortedBy: AbortSignal | undefined,
  exceededMs: number | undefined,
): AttemptError {
  const trouble = connectionTrouble(thrown);
  const mayHaveTakenEffect = isSent && trouble !== "unopened";
  const note = mayHaveTakenEffect ? outcomeNote(method) : "";
  const fail = (error: KonnectError, mayRetry: boolean) =>
    new AttemptError(error, { mayRetry, mayHaveTakenEffect });
  if (abortedBy !== undefined) return fail(aborted(abortedBy, `during ${method} ${path}${note}`), false);
  if (exceededMs !== undefined) {
    const problem = `${method} ${path} timed out after ${exceededMs} ms${note}`;
    return fail(new KonnectError("timeout", problem), method !== "POST");
  }
  if (thrown instanceof KonnectError) return fail(secrets.redactKonnectError(thrown), false);
  const cause = secrets.redactError(thrown);
  const why = cause instanceof Error ? `: ${innermost(cause)}` : "";
  const problem = `${method} ${path} could not be sent or answered${why}${note}`;
  const mayRetry = trouble === "unopened" || (trouble === "lost" && method !== "POST");
  return fail(new KonnectError("connection", problem, { cause }), mayRetry);
}

/** A warning for a request that must not be repeated blindly. */
export function outcomeNote(method: string): string {
  return method === "POST" ? "; it may have taken effect; check before you retry" : "";
}

/** What a response may owe to an earlier attempt: a DELETE that finds nothing, a PUT that conflicts with itself. */
export function repeatNote({ method, isRepeat }: Attempted, status: number): string {
  if (!isRepeat || method === "GET" || (status !== 404 && status !== 409)) return "";
  return "; an earlier attempt of this call may have taken effect; check before you retry";
}

function innermost(error: Error): string {
  return error.cause instanceof Error ? innermost(error.cause) : error.message;
}
