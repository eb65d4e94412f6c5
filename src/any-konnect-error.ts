import { KonnectError, type KonnectErrorCode } from "./errors.js";
import type { CefSyntaxError } from "./records/cef/error.js";
import type { RecordSyntaxError } from "./records/record-error.js";
import type { KonnectApiError } from "./shared/api-error.js";

/** A {@link KonnectError} that is not an instance of a subclass. */
export interface PlainKonnectError extends KonnectError {
  readonly code: Exclude<KonnectErrorCode, "api" | "cef_syntax" | "record_syntax">;
}

/** Every error that this package throws. Its `code` tells which one it is. */
export type AnyKonnectError = KonnectApiError | CefSyntaxError | RecordSyntaxError | PlainKonnectError;

/**
 * True for an error of this package, which then narrows by its `code`.
 *
 * @example
 * ```ts
 * try {
 *   await konnect.getWebhook();
 * } catch (error) {
 *   if (isKonnectError(error) && error.code === "api") console.error(error.status, error.traceId);
 *   else throw error;
 * }
 * ```
 */
export function isKonnectError(error: unknown): error is AnyKonnectError {
  return error instanceof KonnectError;
}
