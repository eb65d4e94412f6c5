import createClient, { type Client } from "openapi-fetch";
import { KonnectError } from "../errors.js";
import { KonnectApiError } from "./api-error.js";
import { type Attempted, attemptWithin, outcomeNote } from "./attempt.js";
import { readBody } from "./body.js";
import type { paths } from "./generated.js";
import { type CallOptions, type ResolvedCall, type ResolvedOptions, resolveCall } from "./options.js";
import { serializeQuery } from "./query.js";
import { AttemptError, retryAfter, withRetries } from "./retry.js";
import { Secrets } from "./secrets.js";

/** The typed client, and what sends its requests under the options of one call. */
export interface Transport {
  api: Client<paths>;
  fetch: (options: CallOptions) => (request: Request) => Promise<Response>;
}

/** Operations that the description declares with `security: []`: the token has no business there. */
const PUBLIC_PATHS = ["/v2/audit-log-webhook/jwks.json"];
const RETRIED_STATUSES = new Set([429, 500, 502, 503, 504]);
/** The most bytes that are read of an answer, and of one with an error status. */
const MAX_BODY = 32 * 2 ** 20;
const MAX_PROBLEM = 64 * 2 ** 10;

/**
 * Joins openapi-fetch with the credential, the time limit, the retries and the errors of this SDK: whatever goes out
 * through `api` gets them, and an answer that is no success is thrown.
 */
export function createTransport(options: ResolvedOptions): Transport {
  const fetchWith = (given: CallOptions) => {
    const call = resolveCall(given, options);
    return (request: Request) => send(request, options, { ...call, signal: call.signal ?? request.signal });
  };
  const api = createClient<paths>({
    baseUrl: options.baseUrl,
    fetch: fetchWith({}),
    querySerializer: serializeQuery,
  });
  api.use({
    async onResponse({ request, response, options: { parseAs } }) {
      if (parseAs === "json") requireJson(await response.clone().text(), request, response.status);
    },
  });
  return { api, fetch: fetchWith };
}

async function send(request: Request, options: ResolvedOptions, call: ResolvedCall): Promise<Response> {
  const { origin, pathname: path } = new URL(request.url);
  if (origin !== new URL(options.baseUrl).origin) {
    const problem = `the call names the host ${origin}, but the token belongs to ${options.baseUrl}`;
    throw new KonnectError("invalid_input", `${problem}: make a client for the other host`);
  }
  const body = request.body === null ? undefined : await request.text();
  const secrets = new Secrets();
  if (body !== undefined) secrets.addFromBody(body);

  const attempt = () => {
    const attempted: Attempted = { method: request.method, path, secrets, sent: false };
    const exchange = async (signal: AbortSignal) => {
      const headers = await requestHeaders(request, path, options, secrets);
      const init: RequestInit = { headers, signal, redirect: "manual" };
      if (body !== undefined) init.body = body;
      const outgoing = new Request(request, init);
      attempted.sent = true;
      const response = await options.fetch(outgoing);
      return response.ok ? buffered(response, attempted) : refuse(response, attempted);
    };
    return attemptWithin(exchange, call, attempted);
  };
  return withRetries(attempt, call.retry, call.signal);
}

async function requestHeaders(request: Request, path: string, options: ResolvedOptions, secrets: Secrets) {
  const headers = new Headers(request.headers);
  headers.set("user-agent", options.userAgent);
  headers.delete("authorization");
  if (PUBLIC_PATHS.some((known) => path.endsWith(known))) return headers;
  const token = await options.token();
  secrets.add(token);
  headers.set("authorization", `Bearer ${token}`);
  return headers;
}

/** The answer with its body read: nothing can break or stall any more once an attempt has succeeded. */
async function buffered(response: Response, { method, path }: Attempted): Promise<Response> {
  const body = await readBody(response, MAX_BODY);
  if (body === undefined) {
    throw new KonnectError(
      "invalid_response",
      `${method} ${path}: the answer has more than ${MAX_BODY} bytes`,
    );
  }
  const headers = new Headers(response.headers);
  // True of what was on the wire only.
  headers.delete("content-encoding");
  headers.delete("content-length");
  const { status, statusText } = response;
  return new Response(body.length === 0 ? null : body, { status, statusText, headers });
}

async function refuse(response: Response, attempted: Attempted): Promise<never> {
  const { method, path, secrets } = attempted;
  const { status } = response;
  const statusText = secrets.redact(response.statusText);
  const mayRetry = RETRIED_STATUSES.has(status) && (method !== "POST" || status === 429);
  const isRedirect = response.type === "opaqueredirect" || (status >= 300 && status < 400);
  const note = isRedirect
    ? "; redirects are not followed: check region or baseUrl"
    : status >= 500
      ? outcomeNote(attempted)
      : "";
  const problem = await readProblem(response, secrets);
  const error = new KonnectApiError({ method, path, status, statusText, problem, note });
  throw new AttemptError(error, mayRetry, retryAfter(response.headers));
}

/** The problem body, without secrets; undefined for HTML, an empty body, a broken or an endless one. */
async function readProblem(response: Response, secrets: Secrets): Promise<unknown> {
  try {
    const body = await readBody(response, MAX_PROBLEM);
    return secrets.redactJson(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function requireJson(text: string, { method, url }: Request, status: number): void {
  if (text === "") return;
  try {
    JSON.parse(text);
  } catch {
    const problem = `${method} ${new URL(url).pathname}: answered ${status} with a body that is no JSON`;
    throw new KonnectError("invalid_response", `${problem}: is something else in front of Konnect?`);
  }
}
