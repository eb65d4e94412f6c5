import { KonnectError } from "../errors.js";
import { MAX_TIMER } from "../shared/abort.js";
import type { JsonWebKeySet } from "../shared/json-web-key.js";
import { checkKnown } from "../shared/known-options.js";
import type { Region } from "../shared/regions.js";
import type { VerifyEngine } from "./engine.js";

/** Where public keys come from. */
export type KeysFrom =
  | { region: Region }
  | string
  | URL
  | JsonWebKeySet
  | (() => JsonWebKeySet | Promise<JsonWebKeySet>);

/** A key set that was fetched. */
export interface FetchedKeys {
  /** The key set as it was served; of a function, the JSON of what it returned. */
  bytes: Uint8Array;
  keySet: JsonWebKeySet;
  /** The URL. Undefined for a function. */
  from: string | undefined;
}

/** The options of `createVerifier`. */
export interface VerifierOptions {
  /**
   * The public keys. One of these, or an array of them:
   *
   * - a region, whose key set is fetched: `{ region: "eu" }`
   * - the URL of a key set (JWKS): https, or http on loopback
   * - a key set, which never changes
   * - a function that fetches one, such as `() => konnect.getSigningKeys()`
   *
   * Fetched keys are refetched when none matches a signature, at most every 30 s. A set that cannot be read does not take the others
   * down: a record that no available key matches is `unverifiable` (`keys_unavailable`) meanwhile. A set has at most 64 usable keys
   * and 1 MiB; a larger one counts as one that cannot be read.
   */
  keys: KeysFrom | readonly KeysFrom[];
  /** Fetches key sets. Called as `fetch(url, init)`. Default: the global `fetch`. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Headers of the requests for key sets. They go to every URL in `keys`. Default: none. */
  headers?: Record<string, string> | undefined;
  /** Time limit of a fetch of keys, in ms. Default 10,000. */
  timeoutMs?: number | undefined;
  /** How long fetched keys are used before they are refetched, in ms. Default 600,000 (ten minutes). */
  maxAgeMs?: number | undefined;
  /** How long fetched keys are used while they cannot be refetched, in ms since their fetch. Default 86,400,000 (a day). */
  staleMs?: number | undefined;
  /**
   * Called with each distinct key set that is fetched, before it is used, so that you can keep it: Konnect withdraws old keys. If it
   * rejects, the set counts as one that cannot be read.
   */
  onKeys?: ((fetched: FetchedKeys) => void | Promise<void>) | undefined;
  /**
   * Experimental: verifies faster than the runtime's own cryptography, if `wasmEngine()` of `konnect-audit-logs/wasm` is given.
   * Default: none.
   */
  engine?: VerifyEngine | undefined;
  /** A clock in ms that only measures intervals. Default `performance.now`, which cannot be set back. */
  now?: (() => number) | undefined;
}

/** {@link VerifierOptions} with all defaults. */
export interface ResolvedVerifierOptions extends Pick<VerifierOptions, "keys" | "onKeys"> {
  fetch: VerifierOptions["fetch"];
  headers: VerifierOptions["headers"];
  timeoutMs: number;
  maxAgeMs: number;
  staleMs: number;
  engine: VerifyEngine | undefined;
  now: () => number;
}

const TIMES = { timeoutMs: 10_000, maxAgeMs: 600_000, staleMs: 86_400_000 };
const FUNCTIONS = ["fetch", "onKeys", "now"] as const;
const KNOWN = ["keys", "headers", "engine", ...FUNCTIONS, ...Object.keys(TIMES)];

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {@link KonnectError} `invalid_options`
 */
export function resolveVerifierOptions(given: VerifierOptions): ResolvedVerifierOptions {
  const refuse = (problem: string): never => {
    throw new KonnectError("invalid_options", `createVerifier: ${problem}`);
  };
  checkKnown("createVerifier", given, KNOWN);
  for (const name of FUNCTIONS)
    if (given[name] !== undefined && typeof given[name] !== "function") refuse(`${name} must be a function`);
  const { keys, fetch, headers, onKeys, engine, now = () => performance.now() } = given;
  if (engine !== undefined && typeof engine?.match !== "function")
    refuse("engine must be an engine, such as wasmEngine() of konnect-audit-logs/wasm");
  if (headers !== undefined) {
    try {
      new Headers(headers);
    } catch {
      refuse("headers must be an object with names and values of HTTP headers");
    }
  }
  const times = { ...TIMES };
  for (const name of Object.keys(TIMES) as (keyof typeof TIMES)[]) {
    const value = given[name] ?? TIMES[name];
    const most = name === "timeoutMs" ? MAX_TIMER : Number.MAX_SAFE_INTEGER;
    if (!(Number.isSafeInteger(value) && value > 0 && value <= most))
      refuse(`${name} must be a positive number of milliseconds`);
    times[name] = value;
  }
  return { keys, fetch, headers, onKeys, engine, now, ...times };
}
