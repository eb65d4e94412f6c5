import createClient, { type Client } from "openapi-fetch";
import { KonnectError } from "../../errors.js";
import { quoteBigIntegers } from "../../shared/json.js";
import { readBody } from "../../shared/streams.js";
import type { paths } from "../api/generated.js";
import { id, portalId } from "../api/requests.js";
import { check } from "../api/validate.js";
import { isGlobalPath } from "../hosts.js";
import {
  type CallOptions,
  type Log,
  type ResolvedCall,
  type ResolvedOptions,
  resolveCall,
} from "../options.js";
import { KonnectApiError } from "./api-error.js";
import { type Attempted, attemptWithin, outcomeNote, repeatNote } from "./attempt.js";
import { serializeQuery } from "./query-string.js";
import { Secrets } from "./redact.js";
import { AttemptError, retryAfter, withRetries } from "./retry.js";
import { Clock } from "./server-clock.js";

/** The typed client, and what sends its requests under the options of one call. */
export interface Transport {
  api: Client<paths>;
  clock: Clock;
  fetch: (options: CallOptions) => (request: Request) => Promise<Response>;
}

/** What the calls of a client share. */
interface Shared {
  clock: Clock;
  /** The last access token, which the next failure of the token function may repeat. */
  lastToken: string;
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
  const shared: Shared = { clock: new Clock(), lastToken: "" };
  const fetchWith = (given: CallOptions) => {
    const call = resolveCall(given, options);
    return (request: Request) =>
      send(request, options, { ...call, signal: call.signal ?? request.signal }, shared);
  };
  const api = createClient<paths>({
    baseUrl: options.baseUrl,
    fetch: fetchWith({}),
    querySerializer: serializeQuery,
    pathSerializer: serializePath,
  });
  api.use({
    async onResponse({ request, response, options: { parseAs } }) {
      return parseAs === "json" ? losslessJson(request, response) : undefined;
    },
  });
  return { api, clock: shared.clock, fetch: fetchWith };
}

async function send(
  request: Request,
  options: ResolvedOptions,
  call: ResolvedCall,
  shared: Shared,
): Promise<Response> {
  const url = placed(request.url, options);
  const path = new URL(url).pathname;
  const body = request.body === null ? undefined : await request.text();
  const secrets = new Secrets();
  secrets.add(shared.lastToken);
  if (body !== undefined) secrets.addFromBody(body);

  let isRepeat = false;
  const attempt = async () => {
    const attempted: Attempted = { method: request.method, path, secrets, sent: false, isRepeat };
    const exchange = async (signal: AbortSignal) => {
      const headers = await requestHeaders(request, path, options, secrets, shared);
      const init: RequestInit = { headers, signal, redirect: "manual" };
      if (body !== undefined) init.body = body;
      const outgoing =
        url === request.url
          ? new Request(request, init)
          : new Request(url, { method: request.method, ...init });
      attempted.sent = true;
      const response = await options.fetch(outgoing);
      shared.clock.observe(response.headers);
      return response.ok ? buffered(response, attempted) : refuse(response, attempted);
    };
    try {
      return await attemptWithin(exchange, call, attempted);
    } catch (error) {
      isRepeat ||= attempted.sent && mayHaveTakenEffect(error);
      throw error;
    }
  };
  return withRetries(logged(attempt, request.method, path, options.log), call.retry, call.signal);
}

/** True for a failure after which the request may have had its effect: no answer, or one of a gateway. */
function mayHaveTakenEffect(thrown: unknown): boolean {
  const error = thrown instanceof AttemptError ? thrown.error : thrown;
  return !(error instanceof KonnectApiError) || error.status >= 500;
}

/** Puts ids into a path. Anything else could lead to another resource: `..` from a Dev Portal's webhook to the region's. */
function serializePath(url: string, values: Record<string, unknown>): string {
  return url.replace(/\{(\w+)\}/g, (_, name: string) =>
    check<string>(name === "portalId" ? portalId : id, values[name], "invalid_input", name),
  );
}

/** Where a request belongs: the token goes to our own hosts only, and what is not regional to the global one. */
function placed(url: string, { baseUrl, globalUrl }: ResolvedOptions): string {
  const { origin } = new URL(url);
  const own = [baseUrl, globalUrl].find((known) => new URL(known).origin === origin);
  if (own === undefined) {
    const problem = `the call names the host ${origin}, but the token belongs to ${baseUrl}`;
    throw new KonnectError("invalid_input", `${problem}: make a client for the other host`);
  }
  const resource = url.startsWith(own) ? url.slice(own.length) : "";
  return isGlobalPath(resource) ? globalUrl + resource : url;
}

/** The attempt, told to the logger: never with query, headers or body. */
function logged<T>(attempt: () => Promise<T>, method: string, path: string, log: Log): () => Promise<T> {
  let attempts = 0;
  return async () => {
    const started = performance.now();
    attempts++;
    const said = () =>
      `${method} ${path}, attempt ${attempts}, ${Math.round(performance.now() - started)} ms`;
    try {
      const answer = await attempt();
      log("debug", `${said()}: ${(answer as { status?: number }).status}`);
      return answer;
    } catch (error) {
      log("warn", `${said()}: ${error instanceof Error ? error.message : "failed"}`);
      throw error;
    }
  };
}

async function requestHeaders(
  request: Request,
  path: string,
  options: ResolvedOptions,
  secrets: Secrets,
  shared: Shared,
): Promise<Headers> {
  const headers = new Headers(request.headers);
  headers.set("user-agent", options.userAgent);
  headers.delete("authorization");
  if (PUBLIC_PATHS.some((known) => path.endsWith(known))) return headers;
  const token = await options.token();
  secrets.add(token);
  shared.lastToken = token;
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
      : repeatNote(attempted, status);
  const problem = await readProblem(response, secrets);
  const retryAfterMs = retryAfter(response.headers);
  const error = new KonnectApiError({ method, path, status, statusText, problem, note, retryAfterMs });
  throw new AttemptError(error, mayRetry, retryAfterMs);
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

/** The answer, if it is JSON, with integers that no number can hold as text. */
async function losslessJson({ method, url }: Request, response: Response): Promise<Response | undefined> {
  const text = await response.clone().text();
  if (text === "") return undefined;
  const lossless = quoteBigIntegers(text);
  try {
    JSON.parse(lossless);
  } catch {
    const problem = `${method} ${new URL(url).pathname}: answered ${response.status} with a body that is no JSON`;
    throw new KonnectError("invalid_response", `${problem}: is something else in front of Konnect?`);
  }
  if (lossless === text) return undefined;
  const { status, statusText, headers } = response;
  return new Response(lossless, { status, statusText, headers });
}
