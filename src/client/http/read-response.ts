import { KonnectError } from "../../errors.js";
import { KonnectApiError } from "../../shared/api-error.js";
import { parseJson } from "../../shared/json.js";
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
  headers.delete("transfer-encoding");
  // With a length, openapi-fetch calls `json()`. Without, it would parse the text itself, and lose digits.
  headers.set("content-length", String(body.length));
  const { status, statusText } = response;
  const read = new Response(body.length === 0 ? null : body, { status, statusText, headers });
  const json = async () => losslessJson(body, status, attempted);
  return Object.assign(read, { json });
}

/** The JSON of a body, in which integers that a JavaScript number cannot hold are strings. */
function losslessJson(body: Uint8Array, status: number, { method, path }: Attempted): unknown {
  try {
    return parseJson(new TextDecoder().decode(body));
  } catch {
    const problem = `${method} ${path}: status ${status}, but the body is not JSON`;
    throw new KonnectError("invalid_response", `${problem}; is a proxy answering instead of Konnect?`);
  }
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
