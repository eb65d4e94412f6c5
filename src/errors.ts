/**
 * The reason a {@link KonnectError} was thrown. Stable: a code never changes its meaning.
 *
 * - `api`: Konnect answered with an error (`KonnectApiError`)
 * - `connection`: no answer, for the connection failed
 * - `timeout`: an attempt or a job took longer than its `timeoutMs`
 * - `aborted`: the caller's `signal` was aborted; `cause` is its reason
 * - `invalid_options`: an option of the client or of a call cannot be right; nothing was sent
 * - `invalid_input`: an argument cannot be right; nothing was sent
 * - `invalid_response`: Konnect answered with success, and with something that the SDK cannot use
 * - `conflict`: what was asked for would touch what belongs to somebody else, or is not clear
 * - `replay_failed`: Konnect could not replay, or how it ended is unknown
 * - `cef_syntax`: text that is no CEF record, or a record that CEF cannot express (`CefSyntaxError`)
 * - `record_syntax`: a line that is no audit record (`RecordSyntaxError`)
 */
export type KonnectErrorCode =
  | "api"
  | "connection"
  | "timeout"
  | "aborted"
  | "invalid_options"
  | "invalid_input"
  | "invalid_response"
  | "conflict"
  | "replay_failed"
  | "cef_syntax"
  | "record_syntax";

/**
 * The family of every error this package throws.
 *
 * `instanceof` works across the ESM and the CJS copy of this package, for classes are recognised by a brand.
 *
 * @example
 * ```ts
 * try {
 *   parseCef(line);
 * } catch (error) {
 *   if (error instanceof KonnectError && error.code === "cef_syntax") console.warn(error.message);
 *   else throw error;
 * }
 * ```
 */
export class KonnectError extends Error {
  /** What went wrong, as a stable word for programs. */
  readonly code: KonnectErrorCode;

  constructor(code: KonnectErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: the check is inherited, so `this` is the class on the right of instanceof
    return isBranded(this, value);
  }
}

const brands = new WeakMap<object, symbol>();

/** Marks a class of this package, so that `instanceof` knows instances made by another copy of it. */
export function brand(errorClass: { prototype: KonnectError }, name: string): void {
  const symbol = Symbol.for(`konnect-audit-logs.${name}`);
  brands.set(errorClass, symbol);
  Object.defineProperty(errorClass.prototype, symbol, { value: true });
  Object.defineProperty(errorClass.prototype, "name", { value: name, configurable: true, writable: true });
}

function isBranded(errorClass: { prototype: object }, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const symbol = brands.get(errorClass);
  // A class without a brand of its own is a user's subclass: the ordinary rule applies.
  if (symbol === undefined) return Object.prototype.isPrototypeOf.call(errorClass.prototype, value);
  return (value as Record<symbol, unknown>)[symbol] === true;
}

brand(KonnectError, "KonnectError");
