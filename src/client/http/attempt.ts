import { KonnectError } from "../../errors.js";
import { aborted, linkedSignal } from "../../shared/abort.js";
import { connectionTrouble } from "./network-error.js";
import type { Secrets } from "./redact.js";
import { AttemptError } from "./retry.js";

/** What is said of a request when an attempt to send it fails. */
export interface Attempted {
  method: string;
  path: string;
  secrets: Secrets;
  /** Set as soon as the request may have left. */
  sent: boolean;
  /** An earlier attempt of the same call was sent, and how it ended is unknown. */
  isRepeat: boolean;
}

/**
 * Runs `exchange` under a time limit and the caller's signal. Both reach it as one signal, and end the attempt even if
 * it pays them no heed. Whatever it throws becomes an {@link AttemptError}.
 */
export async function attemptWithin<T>(
  exchange: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
  attempted: Attempted,
): Promise<T> {
  const linked = linkedSignal(signal);
  const timer = setTimeout(() => linked.abort(new DOMException("time limit", "TimeoutError")), timeoutMs);
  try {
    const stopped = new Promise<never>((_, reject) => {
      linked.signal.throwIfAborted();
      linked.signal.addEventListener("abort", () => reject(linked.signal.reason), { once: true });
    });
    return await Promise.race([stopped, linked.signal.aborted ? stopped : exchange(linked.signal)]);
  } catch (thrown) {
    if (thrown instanceof AttemptError) throw thrown;
    throw failure(
      thrown,
      attempted,
      signal?.aborted ? signal : undefined,
      linked.signal.aborted ? timeoutMs : undefined,
    );
  } finally {
    clearTimeout(timer);
    linked.unlink();
  }
}

function failure(
  thrown: unknown,
  attempted: Attempted,
  abortedBy: AbortSignal | undefined,
  exceededMs: number | undefined,
): AttemptError {
  const { method, path, secrets } = attempted;
  const trouble = connectionTrouble(thrown);
  if (trouble === "unopened") attempted.sent = false;
  const note = outcomeNote(attempted);
  if (abortedBy !== undefined)
    return new AttemptError(aborted(abortedBy, `during ${method} ${path}${note}`), false);
  if (exceededMs !== undefined) {
    const problem = `${method} ${path} had no whole answer within ${exceededMs} ms${note}`;
    return new AttemptError(new KonnectError("timeout", problem), method !== "POST");
  }
  if (thrown instanceof KonnectError) return new AttemptError(secrets.redactKonnectError(thrown), false);
  const cause = secrets.redactError(thrown);
  const why = cause instanceof Error ? `: ${innermost(cause)}` : "";
  const problem = `${method} ${path} could not be sent or answered${why}${note}`;
  const mayRetry = trouble === "unopened" || (trouble === "lost" && method !== "POST");
  return new AttemptError(new KonnectError("connection", problem, { cause }), mayRetry);
}

/** A warning where a request that must not be repeated blindly may have taken effect. */
export function outcomeNote({ method, sent }: Pick<Attempted, "method" | "sent">): string {
  return method === "POST" && sent
    ? "; whether it took effect is unknown: look before you send it again"
    : "";
}

/** What an answer may owe to an earlier attempt: a DELETE that finds nothing, a PUT that is refused because of itself. */
export function repeatNote({ method, isRepeat }: Attempted, status: number): string {
  if (!isRepeat || method === "GET" || (status !== 404 && status !== 409)) return "";
  return "; an earlier attempt of this call had no usable answer, and may have taken effect: check before you retry";
}

function innermost(error: Error): string {
  return error.cause instanceof Error ? innermost(error.cause) : error.message;
}
