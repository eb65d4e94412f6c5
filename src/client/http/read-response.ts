import { KonnectError } from "../../errors.js";
import { KonnectApiError } from "../../shared/api-error.js";
import { quoteBigIntegers } from "../../shared/json.js";
import { readBody } from "../../shared/streams.js";
import { type Attempted, outcomeNote, repeatNote } from "./attempt.js";
import type { Secrets } from "./redact.js";
import { AttemptError, isRetriableStatus, retryAfter } from "./retry.js";

/** The most bytes that are read of a response, and of one with an error status. */
const MAX_BODY = 32 * 2 ** 20;
const MAX_PROBLEM = 64 * 2 ** 10;

/**
 * Reads the whole response, so that nothing can break or stall once an attempt has succeeded.
 *
 * @throws {@link AttemptError} for an error status
 * @throws {@link KonnectError} `invalid_response` for a body that is too large
 */
export async function readResponse(response: Response, attempted: Attempted): Promise<Response> {
  if (!response.ok) throw await refusal(response, attempted);
  const body = await readBody(response, MAX_BODY);
  if (body === undefined) {
    const problem = `${attempted.method} ${attempted.path}: the body has more than ${MAX_BODY} bytes`;
    throw new KonnectError("invalid_response", problem);
  }
  const headers = new Headers(response.headers);
  // These describe the bytes on the wire only.
  headers.delete("content-encoding");
  headers.delete("content-length");
  const { status, statusText } = response;
  return new Response(body.length === 0 ? null : body, { status, statusText, headers });
}

async function refusal(response: Response, attempted: Attempted): Promise<AttemptError> {
  const { method, path, secrets } = attempted;
  const { status } = response;
  const statusText = secrets.redact(response.statusText);
  const isRedirect = response.type === "opaqueredirect" || (status >= 300 && status < 400);
  const note = isRedirect
    ? "; redirects are not followed: check region or baseUrl"
    : status >= 500
      ? outcomeNote(method)
      : repeatNote(attempted, status);
  const problem = await readProblem(response, secrets);
  const retryAfterMs = retryAfter(response.headers);
  const error = new KonnectApiError({ method, path, status, statusText, problem, note, retryAfterMs });
  return new AttemptError(error, {
    mayRetry: isRetriableStatus(status) && (method !== "POST" || status === 429),
    retryAfterMs,
    // A gateway may answer for a server that has done its work.
    mayHaveTakenEffect: status >= 500,
  });
}

/** The problem body without secrets. Undefined for HTML, and for an empty, broken or endless body. */
async function readProblem(response: Response, secrets: Secrets): Promise<unknown> {
  try {
    const body = await readBody(response, MAX_PROBLEM);
    return secrets.redactJson(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

/**
 * Checks that a body is JSON, and turns integers that a JavaScript number cannot hold into strings. Undefined if there
 * is nothing to change.
 *
 * @throws {@link KonnectError} `invalid_response`
 */
export async function losslessJson(
  { method, url }: Request,
  response: Response,
): Promise<Response | undefined> {
  const text = await response.clone().text();
  if (text === "") return undefined;
  const lossless = quoteBigIntegers(text);
  parseBody(lossless, response.status, `${method} ${new URL(url).pathname}`);
  if (lossless === text) return undefined;
  const { status, statusText, headers } = response;
  return new Response(lossless, { status, statusText, headers });
}

/**
 * Parses the text of a response once. An integer that a JavaScript number cannot hold becomes a string; an empty text is
 * undefined.
 *
 * @throws {@link KonnectError} `invalid_response`
 */
export function parseResponse(text: string, status: number, operation: string): unknown {
  return text === "" ? undefined : parseBody(quoteBigIntegers(text), status, operation);
}

function parseBody(text: string, status: number, operation: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const problem = `${operation}: status ${status}, but the body is not JSON`;
    throw new KonnectError("invalid_response", `${problem}; is a proxy answering instead of Konnect?`);
  }
}
