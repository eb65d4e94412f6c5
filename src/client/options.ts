import { KonnectError } from "../errors.js";
import type { Complete } from "../shared/types.js";
import { VERSION } from "../version.js";
import { check } from "./api/validate.js";
import { GLOBAL_URL, isKonnectHost, normalizeUrl, regionUrl } from "./hosts.js";
import { callOptions, clientOptions, tokenText } from "./options-schema.js";

/** Konnect's regions known today, and any other: `us`, `eu`, `au`, `me`, `in`, `sg`. */
export type Region = "us" | "eu" | "au" | "me" | "in" | "sg" | (string & {});

/** The access token, or a function that returns the one to use now; it is called for every attempt. */
export type TokenSource = string | (() => string | Promise<string>);

/** How often and how soon a failed request is sent again; p-retry's names. Waits double and are jittered. */
export interface RetryOptions {
  /** Attempts after the first. Default 4. */
  retries?: number | undefined;
  /** The shortest wait, in ms. Default 1,000. */
  minTimeout?: number | undefined;
  /** The longest wait of our own choice, in ms. Default 30,000. A `Retry-After` counts up to 30 s whatever this says. */
  maxTimeout?: number | undefined;
}

/** Configuration of a `KonnectClient`. */
export interface KonnectClientOptions {
  /** A personal or system account access token. Default: the environment variable `KONNECT_TOKEN`. */
  token?: TokenSource | undefined;
  /** The region whose API is called. Default: the environment variable `KONNECT_REGION`. */
  region?: Region | undefined;
  /** The API's address instead of a region; https, or http on loopback. Default: `KONNECT_CONTROL_PLANE_URL`. */
  baseUrl?: string | undefined;
  /** Time limit of one attempt with the body of its answer, in ms. Default 30,000. */
  timeoutMs?: number | undefined;
  /** `false`: send once. Default: up to 4 retries, 1 s to 30 s apart. */
  retry?: false | RetryOptions | undefined;
  /** What sends requests. Default: the global `fetch`, looked up at each call. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /**
   * Which API keeps destinations: `v2`, on the region's host (default, as in Konnect's tutorial), or `v3`, on the global
   * host (as in its newer documentation).
   */
  destinationsApi?: "v2" | "v3" | undefined;
  /** The global host. Default: Konnect's, or `baseUrl` where that is not Konnect's own. */
  globalUrl?: string | undefined;
  /** Is told each attempt (`debug`) and each failed one (`warn`), without queries, bodies and secrets. `console` serves. */
  logger?: Logger | undefined;
  /** Name and version of your program, put before ours in `User-Agent`. */
  userAgent?: string | undefined;
}

/** What a logger has to have. */
export interface Logger {
  debug(message: string): void;
  warn(message: string): void;
}

/** What every call takes as its last argument. */
export interface CallOptions {
  /** Aborts the call, its retries and its waits. */
  signal?: AbortSignal | undefined;
  /** Time limit of one attempt, in ms, instead of the client's. */
  timeoutMs?: number | undefined;
  /** Retries instead of the client's. */
  retry?: false | RetryOptions | undefined;
}

/** {@link KonnectClientOptions}, complete. */
export interface ResolvedOptions {
  baseUrl: string;
  globalUrl: string;
  destinationsApi: "v2" | "v3";
  log: Log;
  token: () => Promise<string>;
  timeoutMs: number;
  retry: Complete<RetryOptions>;
  fetch: (request: Request) => Promise<Response>;
  userAgent: string;
}

/** Tells the logger, if there is one. */
type Log = (level: keyof Logger, message: string) => void;

/**
 * Checks the options of a client and fills in the environment and the defaults.
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
    destinationsApi: given.destinationsApi ?? "v2",
    log: (level, message) => {
      try {
        given.logger?.[level](message);
      } catch {
        // A logger that fails must not fail the call.
      }
    },
    token: tokenReader(token ?? tokenFromEnvironment()),
    timeoutMs,
    retry: resolveRetry(retry, { retries: 4, minTimeout: 1_000, maxTimeout: 30_000 }),
    // The global one is looked up at each call: whoever replaces it later means this client, too.
    // Without `this`: the fetch of browsers and workers refuses any other.
    fetch: (request) => (fetch === undefined ? globalThis.fetch(request) : fetch(request)),
    userAgent: userAgent === undefined ? ours : `${userAgent} ${ours}`,
  };
}

/** {@link CallOptions}, complete. */
export interface ResolvedCall {
  signal: AbortSignal | undefined;
  timeoutMs: number;
  retry: Complete<RetryOptions>;
}

/**
 * Checks the options of one call and completes them with the client's.
 *
 * @throws {@link KonnectError} `invalid_options`
 */
export function resolveCall(given: CallOptions, client: ResolvedOptions): ResolvedCall {
  check(callOptions, given, "invalid_options", "options of the call");
  return {
    signal: given.signal,
    timeoutMs: given.timeoutMs ?? client.timeoutMs,
    retry: resolveRetry(given.retry, client.retry),
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
    throw new KonnectError("invalid_options", "region and baseUrl exclude each other: give one of them");
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
      throw new KonnectError("invalid_options", "the token function failed", { cause });
    }
    return check(tokenText, token, "invalid_options", "what the token function returned");
  };
}
