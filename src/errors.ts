/**
 * The reason a {@link KonnectError} was thrown. Stable: a code never changes its meaning.
 *
 * - `api`: Konnect returned an error status (`KonnectApiError`)
 * - `connection`: the connection failed
 * - `timeout`: an attempt or a job took longer than its `timeoutMs`
 * - `aborted`: the caller's `signal` was aborted; `cause` is its reason
 * - `invalid_options`: an option is invalid; nothing was sent
 * - `invalid_input`: an argument is invalid; nothing was sent
 * - `invalid_response`: Konnect returned a success status with an unusable body
 * - `conflict`: the job would change the webhook of another destination, or its target is ambiguous
 * - `replay_failed`: the replay failed, or its outcome is unknown
 * - `rollback_failed`: a job failed, and what it had created could not be deleted again; `cause` is why the job failed
 * - `token_failed`: the token function threw, or returned something other than a token
 * - `undecided`: signatures cannot be verified at the moment; try again later
 * - `unauthorized`: (`readDelivery`) the delivery has another `Authorization`
 * - `delivery_broken`: (`readDelivery`) the body cannot be decompressed, or is not text
 * - `delivery_too_large`: (`readDelivery`) the body is over a limit
 * - `cef_syntax`: the text is not a CEF record, or CEF cannot express the record (`CefSyntaxError`)
 * - `record_syntax`: the line is not an audit record (`RecordSyntaxError`)
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
  | "rollback_failed"
  | "token_failed"
  | "undecided"
  | "unauthorized"
  | "delivery_broken"
  | "delivery_too_large"
  | "cef_syntax"
  | "record_syntax";

/**
 * The base class of every error that this package throws.
 *
 * `instanceof` works across the ESM and the CJS copy of this package, because each class has a brand.
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
  /** What went wrong: a stable word for programs. */
  readonly code: KonnectErrorCode;

  constructor(code: KonnectErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it, so `this` is the class on the right of instanceof
    return isBranded(this, value);
  }
}

const brands = new WeakMap<object, symbol>();

/** Marks a class of this package, so that `instanceof` recognizes instances of another copy. */
export function brand(errorClass: { prototype: KonnectError }, name: string): void {
  const symbol = Symbol.for(`konnect-audit-logs.${name}`);
  brands.set(errorClass, symbol);
  Object.defineProperty(errorClass.prototype, symbol, { value: true });
  Object.defineProperty(errorClass.prototype, "name", { value: name, configurable: true, writable: true });
}

function isBranded(errorClass: { prototype: object }, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const symbol = brands.get(errorClass);
  // A class without a brand is a subclass of the user, for which the ordinary rule applies.
  if (symbol === undefined) return Object.prototype.isPrototypeOf.call(errorClass.prototype, value);
  return (value as Record<symbol, unknown>)[symbol] === true;
}

brand(KonnectError, "KonnectError");
