import { KonnectError } from "../errors.js";
import { type Region, regionUrl } from "../shared/regions.js";
import type { Complete } from "../shared/types.js";
import { VERSION } from "../version.js";
import { check } from "./api/validate.js";
import { type ClientHooks, harmless, resolveHooks } from "./hooks.js";
import { GLOBAL_URL, isKonnectHost, normalizeUrl } from "./hosts.js";
import { callOptions, clientOptions, tokenText } from "./options-schema.js";

/** The access token, or a function that returns it. The function is called for every attempt. */
export type TokenSource = string | (() => string | Promise<string>);

/** How often and how soon a failed request is retried. Each wait is random, between one and two times a span that doubles. */
export interface RetryOptions {
  /** The most retries. Default 4. */
  retries?: number | undefined;
  /** The first span, in ms. Default 1,000. */
  minTimeout?: number | undefined;
  /** The longest wait, in ms, except for a `Retry-After` of up to 30 s. Default 30,000. */
  maxTimeout?: number | undefined;
}

/** Configuration of a `KonnectClient`. */
export interface KonnectClientOptions {
  /** A personal or system account access token. Default: the environment variable `KONNECT_TOKEN`. */
  token?: TokenSource | undefined;
  /** The region. Default: the environment variable `KONNECT_REGION`. */
  region?: Region | undefined;
  /** The URL of the API, instead of `region`: https, or http on loopback. Default: `KONNECT_CONTROL_PLANE_URL`. */
  baseUrl?: string | undefined;
  /** Time limit of one attempt, in ms. Covers the body of the response. Default 30,000. */
  timeoutMs?: number | undefined;
  /** `false` disables retries. Default: up to 4 retries, 1 s to 30 s apart. */
  retry?: false | RetryOptions | undefined;
  /**
   * Sends the requests. Called as `fetch(url, init)`, so that the `fetch` of another package fits too, such as that of undici
   * with a proxy. Default: the global `fetch`, looked up for each request.
   */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /**
   * The API version for destinations: `v2` on the region's host (default, as in Konnect's tutorial), or `v3` on the global
   * host (as in its newer documentation).
   */
  destinationsApiVersion?: "v2" | "v3" | undefined;
  /** The URL of the global API. Default: Konnect's, or `baseUrl` if that is not a host of Konnect. */
  globalUrl?: string | undefined;
  /**
   * Logs each attempt (`debug`) and each failure that a retry may fix (`warn`), without queries, bodies and secrets. Any other
   * failure is thrown. For example `console`.
   */
  logger?: Logger | undefined;
  /** Name and version of your program: the `User-Agent` is this, and then that of the SDK. */
  userAgent?: string | undefined;
  /** Headers for every request. `Authorization` and `User-Agent` are set by the SDK. */
  headers?: Record<string, string> | undefined;
  /** Functions that see each attempt. */
  hooks?: ClientHooks | undefined;
}

/** The methods of a logger. */
export interface Logger {
  debug(message: string): void;
  warn(message: string): void;
}

/** The last argument of every method. */
export interface CallOptions {
  /** Aborts the call, its retries and its waits. */
  signal?: AbortSignal | undefined;
  /** Time limit of one attempt, in ms. Default: the client's. */
  timeoutMs?: number | undefined;
  /** Retries. Default: the client's. */
  retry?: false | RetryOptions | undefined;
  /** Headers, besides and before those of the client. */
  headers?: Record<string, string> | undefined;
}

/** {@link KonnectClientOptions} with all defaults. */
export interface ResolvedOptions {
  baseUrl: string;
  globalUrl: string;
  destinationsApiVersion: "v2" | "v3";
  log: Log;
  token: () => Promise<string>;
  timeoutMs: number;
  retry: Complete<RetryOptions>;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  userAgent: string;
  headers: Record<string, string>;
  hooks: Complete<ClientHooks>;
}

/** Calls the logger, if there is one. */
type Log = (level: keyof Logger, message: string) => void;

/**
 * Checks the options of a client, and adds the environment and the defaults.
 *
 * @throws {@link KonnectError} `invalid_options`
 */
export function resolveOptions(given: KonnectClientOptions): ResolvedOptions {
  check(clientOptions, given, "invalid_options", "KonnectClient options");
  const { token, timeoutMs = 30_000, retry, fetch, userAgent } = given;
  const ours = `konnect-audit-logs/${VERSION}`;
  const baseUrl = resolveBaseUrl(given);
  return {
    baseUrl,
    globalUrl:
      given.globalUrl !== undefined
        ? normalizeUrl(given.globalUrl)
        : isKonnectHost(baseUrl)
          ? GLOBAL_URL
          : baseUrl,
    destinationsApiVersion: given.destinationsApiVersion ?? "v2",
    log: (level, message) => harmless(() => given.logger?.[level](message)),
    token: tokenReader(token ?? tokenFromEnvironment()),
    timeoutMs,
    retry: resolveRetry(retry, { retries: 4, minTimeout: 1_000, maxTimeout: 30_000 }),
    // Looked up for each request, so that replacing the global fetch later has an effect.
    // Called without `this`, which the fetch of browsers and workers requires.
    fetch: (url, init) => (fetch === undefined ? globalThis.fetch(url, init) : fetch(url, init)),
    userAgent: userAgent === undefined ? ours : `${userAgent} ${ours}`,
    headers: given.headers ?? {},
    hooks: resolveHooks(given.hooks),
  };
}

/** {@link CallOptions} with all defaults. */
export interface ResolvedCall {
  signal: AbortSignal | undefined;
  timeoutMs: number;
  retry: Complete<RetryOptions>;
  headers: Record<string, string>;
}

/**
 * Checks the options of one call, and adds the client's.
 *
 * @throws {@link KonnectError} `invalid_options`
 */
export function resolveCall(given: CallOptions, client: ResolvedOptions): ResolvedCall {
  check(callOptions, given, "invalid_options", "call options");
  return {
    signal: given.signal,
    timeoutMs: given.timeoutMs ?? client.timeoutMs,
    retry: resolveRetry(given.retry, client.retry),
    headers: { ...client.headers, ...given.headers },
  };
}

function resolveRetry(
  given: false | RetryOptions | undefined,
  defaults: Complete<RetryOptions>,
): Complete<RetryOptions> {
  if (given === false) return { ...defaults, retries: 0 };
  const retry = {
    retries: given?.retries ?? defaults.retries,
    minTimeout: given?.minTimeout ?? defaults.minTimeout,
    maxTimeout: given?.maxTimeout ?? defaults.maxTimeout,
  };
  if (retry.minTimeout > retry.maxTimeout) {
    const problem = `minTimeout (${retry.minTimeout} ms) is more than maxTimeout (${retry.maxTimeout} ms)`;
    throw new KonnectError("invalid_options", `retry: ${problem}`);
  }
  return retry;
}

function resolveBaseUrl({ region, baseUrl }: KonnectClientOptions): string {
  if (region !== undefined && baseUrl !== undefined) {
    throw new KonnectError("invalid_options", "region and baseUrl cannot be combined: give one of them");
  }
  if (baseUrl !== undefined) return normalizeUrl(baseUrl);
  if (region !== undefined) return regionUrl(region);
  const urlVariable = environment("KONNECT_CONTROL_PLANE_URL");
  const regionVariable = environment("KONNECT_REGION");
  const fromUrl =
    urlVariable && normalizeUrl(checkVariable("baseUrl", urlVariable, "KONNECT_CONTROL_PLANE_URL"));
  const fromRegion = regionVariable && regionUrl(checkVariable("region", regionVariable, "KONNECT_REGION"));
  if (fromUrl && fromRegion && new URL(fromUrl).origin !== fromRegion) {
    const problem =
      "KONNECT_CONTROL_PLANE_URL and KONNECT_REGION name different hosts: unset one, or set the option";
    throw new KonnectError("invalid_options", problem);
  }
  const found = fromUrl || fromRegion;
  if (!found) {
    const problem =
      "no region: set the option region or baseUrl, or the variable KONNECT_REGION or KONNECT_CONTROL_PLANE_URL";
    throw new KonnectError("invalid_options", problem);
  }
  return found;
}

function tokenFromEnvironment(): string {
  const token = environment("KONNECT_TOKEN");
  if (!token)
    throw new KonnectError(
      "invalid_options",
      "no token: set the option token, or the variable KONNECT_TOKEN",
    );
  return checkVariable("token", token, "KONNECT_TOKEN");
}

function checkVariable(option: "token" | "region" | "baseUrl", value: string, variable: string): string {
  check(clientOptions.shape[option], value, "invalid_options", variable);
  return value;
}

function environment(name: string): string | undefined {
  // Workers and browsers have no process.
  return globalThis.process?.env?.[name];
}

function tokenReader(source: TokenSource): () => Promise<string> {
  if (typeof source === "string") return async () => source;
  return async () => {
    let token: string;
    try {
      token = await source();
    } catch (cause) {
      throw new KonnectError("token_failed", "the token function failed", { cause });
    }
    return check(tokenText, token, "token_failed", "the result of the token function");
  };
}
