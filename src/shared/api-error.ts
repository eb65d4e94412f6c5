import { brand, KonnectError } from "../errors.js";
import { isObject } from "./json.js";
import { printable } from "./printable.js";

/** One invalid parameter of a request. Some rules have more members, which are kept. */
export interface InvalidParameter {
  /** The name of the parameter. */
  field?: string;
  /** The rule that it breaks, such as `required`. */
  rule?: string | null;
  /** Where it was: `body`, `query`, `path` or `header`. */
  source?: string;
  /** What is wrong, in words. */
  reason?: string;
  [member: string]: unknown;
}

/** What a {@link KonnectApiError} is made from. */
export interface ApiErrorInit {
  method: string;
  path: string;
  status: number;
  statusText: string;
  /** The parsed problem body, or anything else. */
  problem: unknown;
  /** Text for the end of the message. */
  note: string;
  /** False where no token was sent. @internal */
  hints?: boolean | undefined;
  /** The `Retry-After` of the response, in ms. */
  retryAfterMs?: number | undefined;
}

/**
 * Konnect returned an error status. The `code` is `api`.
 *
 * The members come from the problem body (RFC 9457). They are undefined if the body lacks them: proxies before Konnect send
 * HTML or nothing.
 *
 * @example
 * ```ts
 * try {
 *   await konnect.createDestination(input);
 * } catch (error) {
 *   if (error instanceof KonnectApiError && error.status === 400) console.error(error.invalidParameters);
 *   throw error;
 * }
 * ```
 */
export class KonnectApiError extends KonnectError {
  declare readonly code: "api";
  /** The HTTP status, such as 404. */
  readonly status: number;
  /** The kind of problem, such as `Not Found`. */
  readonly title: string | undefined;
  /** What went wrong in this request. */
  readonly detail: string | undefined;
  /** The id to give to Kong's support, from `instance` (`kong:trace:<id>`). */
  readonly traceId: string | undefined;
  /** The invalid parameters of a 400; otherwise empty. */
  readonly invalidParameters: readonly InvalidParameter[];
  /** The HTTP method of the request. */
  readonly method: string;
  /** The path of the request, without its query. */
  readonly path: string;
  /** How long Konnect asks you to wait (`Retry-After`), in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(init: ApiErrorInit) {
    const { method, path, status, statusText, note } = init;
    const problem = isObject(init.problem) ? init.problem : {};
    const title = text(problem.title);
    const detail = text(problem.detail);
    const traceId = /^\w+:trace:(.+)$/.exec(text(problem.instance) ?? "")?.[1];
    const invalidParameters: InvalidParameter[] = Array.isArray(problem.invalid_parameters)
      ? problem.invalid_parameters.filter(isObject)
      : [];
    const parts = [`${method} ${path}: ${status} ${title ?? statusText}`.trimEnd()];
    if (detail !== undefined) parts.push(detail);
    for (const { field, reason } of invalidParameters) parts.push(`${field}: ${reason}`);
    if (traceId !== undefined) parts.push(`trace id ${traceId}`);
    const hint =
      init.hints === false
        ? undefined
        : path.endsWith("/v3/audit-logs")
          ? (PULL_HINTS[status] ?? HINTS[status])
          : HINTS[status];
    if (hint !== undefined) parts.push(hint);
    // A server must not be able to write a line of somebody's log.
    super("api", printable(parts.join("; ")) + note);
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.traceId = traceId;
    this.invalidParameters = invalidParameters;
    this.method = method;
    this.path = path;
    this.retryAfterMs = init.retryAfterMs;
  }
}

brand(KonnectApiError, "KonnectApiError");

const HINTS: Record<number, string> = {
  401: "check the token: it may have expired, or belong to another organization",
  403: 'the owner of the token may lack a role, such as "Audit Logs / Admin"',
};

const NOT_SWITCHED_ON =
  "pulling may not be switched on for this organization: ask Kong's support, or use the webhook";
const PULL_HINTS: Record<number, string> = {
  403: `${NOT_SWITCHED_ON}; or ${HINTS[403]}`,
  404: NOT_SWITCHED_ON,
};

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
