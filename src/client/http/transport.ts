import createClient, { type Client } from "openapi-fetch";
import { KonnectError } from "../../errors.js";
import { KonnectApiError } from "../../shared/api-error.js";
import { SIGNING_KEYS_PATH } from "../../shared/regions.js";
import type { paths } from "../api/generated.js";
import { id, portalId } from "../api/requests.js";
import { check } from "../api/validate.js";
import { isGlobalPath } from "../hosts.js";
import { type CallOptions, type ResolvedOptions, resolveCall } from "../options.js";
import type { CallInit } from "../webhook-routes.js";
import { type Attempted, attemptWithin } from "./attempt.js";
import { serializeQuery } from "./query-string.js";
import { readResponse } from "./read-response.js";
import { Secrets } from "./redact.js";
import { AttemptError, withRetries } from "./retry.js";
import { Clock } from "./server-clock.js";

/** Operations that the description declares with `security: []`: they get no token. */
const PUBLIC_PATHS = [SIGNING_KEYS_PATH];

/**
 * Joins openapi-fetch with the credential, the time limit, the retries and the errors of this SDK. Every request of
 * `api` passes through `send`, and an error status is thrown.
 */
export class Transport {
  readonly api: Client<paths>;
  readonly clock: Clock;
  readonly #options: ResolvedOptions;
  /** The last access token: the next failure of the token function may repeat it. */
  #lastToken = "";

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.clock = new Clock((problem) => options.log("warn", problem));
    this.api = createClient<paths>({
      baseUrl: options.baseUrl,
      fetch: (request) => this.send(request, {}),
      querySerializer: serializeQuery,
      pathSerializer: serializePath,
    });
  }

  /** What a call of `api` gets, to be sent under the options of one method. */
  with(options: CallOptions): CallInit {
    return { fetch: (request) => this.send(request, options) };
  }

  /** Sends a request under the options of one call. */
  async send(request: Request, options: CallOptions): Promise<Response> {
    const { retry, timeoutMs, signal = request.signal, headers } = resolveCall(options, this.#options);
    const url = this.#place(request.url);
    const { log, hooks } = this.#options;
    const { method } = request;
    const path = new URL(url).pathname;
    const body = request.body === null ? undefined : await request.text();
    const secrets = new Secrets();
    secrets.add(this.#lastToken);
    if (body !== undefined) secrets.addFromBody(body);

    // The log and the hooks never get the query, headers or body.
    let attempts = 0;
    let isRepeat = false;
    const attempt = async () => {
      const started = performance.now();
      const about = { method, path, attempt: ++attempts };
      const label = `${method} ${path}, attempt ${attempts}`;
      hooks.onRequest(about);
      try {
        const attempted = { method, path, secrets, isRepeat };
        const response = await this.#attempt(
          attempted,
          { request, url, body, headers },
          { timeoutMs, signal },
        );
        const ms = msSince(started);
        log("debug", `${label}, ${ms} ms: ${response.status}`);
        hooks.onResponse({ ...about, status: response.status, ms });
        return response;
      } catch (error) {
        const ms = msSince(started);
        // What is thrown to the caller at once is not said twice.
        const level = error instanceof AttemptError && error.mayRetry ? "warn" : "debug";
        log(level, `${label}, ${ms} ms: ${(error as AttemptError).message}`);
        const api =
          error instanceof AttemptError && error.error instanceof KonnectApiError ? error.error : undefined;
        if (api !== undefined) hooks.onResponse({ ...about, status: api.status, traceId: api.traceId, ms });
        isRepeat ||= error instanceof AttemptError && error.mayHaveTakenEffect;
        throw error;
      }
    };
    const onRetry = ({ error }: AttemptError) => {
      const { status, traceId } = error instanceof KonnectApiError ? error : {};
      hooks.onRetry({ method, path, attempt: attempts, status, traceId, code: error.code });
    };
    return withRetries(attempt, retry, signal, { onRetry });
  }

  #attempt(
    attempted: Attempted,
    { request, url, body, headers: own }: Outgoing,
    limits: { timeoutMs: number; signal: AbortSignal },
  ): Promise<Response> {
    const prepare = async (signal: AbortSignal) => {
      const headers = await this.#headers(request, own, attempted);
      const { method } = request;
      const init: RequestInit = { ...givenInit(request), method, headers, signal, redirect: "manual" };
      if (body !== undefined) init.body = body;
      return init;
    };
    const exchange = async (init: RequestInit) => {
      const response = await this.#options.fetch(url, init);
      if (response.ok) this.clock.observe(response.headers);
      return readResponse(response, attempted);
    };
    return attemptWithin({ prepare, exchange }, limits, attempted);
  }

  async #headers(
    request: Request,
    own: Record<string, string>,
    { path, secrets }: Attempted,
  ): Promise<Headers> {
    const headers = new Headers(own);
    for (const [name, value] of request.headers) headers.set(name, value);
    headers.set("user-agent", this.#options.userAgent);
    headers.delete("authorization");
    if (PUBLIC_PATHS.some((known) => path.endsWith(known))) return headers;
    const token = await this.#options.token();
    secrets.add(token);
    this.#lastToken = token;
    headers.set("authorization", `Bearer ${token}`);
    return headers;
  }

  /** The URL to send a request to. The token goes to our own hosts only, and global paths to the global host. */
  #place(url: string): string {
    const { baseUrl, globalUrl } = this.#options;
    const { origin } = new URL(url);
    const own = [baseUrl, globalUrl].find((known) => new URL(known).origin === origin);
    if (own === undefined) {
      const problem = `the call names the host ${origin}, but the token belongs to ${baseUrl}`;
      throw new KonnectError("invalid_input", `${problem}: create a client for the other host`);
    }
    const resource = url.startsWith(own) ? url.slice(own.length) : "";
    return isGlobalPath(resource) ? globalUrl + resource : url;
  }
}

/** A request, with what openapi-fetch does not know. */
interface Outgoing {
  request: Request;
  url: string;
  body: string | undefined;
  headers: Record<string, string>;
}

/** What a request has by default. Runtimes that do not know an option refuse it, so defaults are left out. */
const DEFAULTS = {
  cache: "default",
  credentials: "same-origin",
  integrity: "",
  keepalive: false,
  mode: "cors",
  referrerPolicy: "",
} as const;

/** The options of fetch that a caller of `api` gave. */
function givenInit(request: Request): RequestInit {
  const given = Object.entries(DEFAULTS).flatMap(([name, value]) => {
    const own = request[name as keyof typeof DEFAULTS];
    return own === undefined || own === value ? [] : [[name, own]];
  });
  return Object.fromEntries(given);
}

/** Puts ids into a path. Anything else could reach another resource: `..` leads from a Dev Portal to the region. */
function serializePath(url: string, values: Record<string, unknown>): string {
  return url.replace(/\{(\w+)\}/g, (_, name: string) =>
    check(name === "portalId" ? portalId : id, values[name], "invalid_input", name),
  );
}

function msSince(started: number): number {
  return Math.round(performance.now() - started);
}
