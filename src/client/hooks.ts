import type { KonnectErrorCode } from "../errors.js";
import type { Complete } from "../shared/types.js";

/** An attempt of a request. Never has a query, headers, a body or a secret. */
export interface AttemptEvent {
  method: string;
  /** The path without its query. */
  path: string;
  /** From 1. */
  attempt: number;
}

/** The response of an attempt. */
export interface ResponseEvent extends AttemptEvent {
  status: number;
  /** Konnect's id of the request, if an error response has one. */
  traceId?: string | undefined;
  /** How long the attempt took, in ms. */
  ms: number;
}

/** A failed attempt that is retried. */
export interface RetryEvent extends AttemptEvent {
  /** The status, if there was a response. */
  status?: number | undefined;
  traceId?: string | undefined;
  /** Why the attempt failed. */
  code: KonnectErrorCode;
}

/** Functions that see each attempt, for metrics and traces. What one of them throws is ignored. */
export interface ClientHooks {
  /** Called before an attempt. */
  onRequest?: ((event: AttemptEvent) => void) | undefined;
  /** Called after a response with any status. */
  onResponse?: ((event: ResponseEvent) => void) | undefined;
  /** Called after a failed attempt, before the wait for the next one. */
  onRetry?: ((event: RetryEvent) => void) | undefined;
}

/** Calls a function of the user that must not fail the call. */
export function harmless(call: () => unknown): void {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(() => {});
  } catch {
    // Nothing can report this failure.
  }
}

/** Hooks that are all there, and cannot fail a call. */
export function resolveHooks(given: ClientHooks = {}): Complete<ClientHooks> {
  return {
    onRequest: (event) => harmless(() => given.onRequest?.(event)),
    onResponse: (event) => harmless(() => given.onResponse?.(event)),
    onRetry: (event) => harmless(() => given.onRetry?.(event)),
  };
}
