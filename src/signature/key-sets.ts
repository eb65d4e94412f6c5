import { KonnectError } from "../errors.js";
import { startDeadline } from "../shared/deadline.js";
import type { JsonWebKeySet } from "../shared/json-web-key.js";
import { REGION_PATTERN, signingKeysUrl } from "../shared/regions.js";
import { sha256 } from "../shared/sha256.js";
import { isSecureUrl } from "../shared/urls.js";
import { fetchKeys } from "./fetch-keys.js";
import { usableKeys, type VerifyingKey } from "./jwks.js";
import { KeySource } from "./key-source.js";
import type { KeysFrom, ResolvedVerifierOptions } from "./options.js";

/** The keys of a set that never changes, or a source of one that is fetched. */
type KeySet = { final: Promise<readonly VerifyingKey[]> } | { source: KeySource };

/** Makes one of each of the given sources. */
export function keySets(options: ResolvedVerifierOptions): KeySet[] {
  const { keys } = options;
  const all = Array.isArray(keys) ? (keys as readonly KeysFrom[]) : [keys as KeysFrom];
  if (all.length === 0) throw invalid("keys must not be empty");
  return all.map((from) => {
    if (isKeySet(from)) return { final: finalKeys(from) };
    return { source: new KeySource(fetcher(from, options), options.now, options) };
  });
}

function isKeySet(from: KeysFrom): from is JsonWebKeySet {
  return typeof from === "object" && from !== null && Array.isArray((from as Partial<JsonWebKeySet>).keys);
}

/** A set with too many keys rejects, when it is used. */
function finalKeys(set: JsonWebKeySet): Promise<readonly VerifyingKey[]> {
  const keys = usableKeys(set);
  keys.catch(() => {});
  return keys;
}

/** A function that fetches a key set, and hands each distinct one over. */
function fetcher(from: Exclude<KeysFrom, JsonWebKeySet>, options: ResolvedVerifierOptions) {
  const { timeoutMs, onKeys } = options;
  const url = typeof from === "function" ? undefined : urlOf(from);
  const handedOver = new Set<string>();
  return async (): Promise<unknown> => {
    let keySet: JsonWebKeySet;
    let bytes: Uint8Array;
    if (typeof from === "function") {
      keySet = await inTime(timeoutMs, Promise.resolve().then(from));
      bytes = new TextEncoder().encode(JSON.stringify(keySet) ?? "");
    } else {
      bytes = await fetchKeys(url!, options);
      keySet = parse(bytes, url!);
    }
    if (onKeys === undefined || !Array.isArray(keySet?.keys)) return keySet;
    const id = sha256(bytes);
    // Kept before it is used: what it verifies can be verified again later.
    if (!handedOver.has(id)) await onKeys({ bytes, keySet, from: url });
    handedOver.add(id);
    return keySet;
  };
}

function urlOf(from: Exclude<KeysFrom, JsonWebKeySet | (() => unknown)>): string {
  if (typeof from === "object" && from !== null && "region" in from) {
    const { region } = from;
    if (typeof region !== "string" || !REGION_PATTERN.test(region))
      throw invalid('keys.region must be the first label of a host, such as "us" or "eu"');
    return signingKeysUrl(region);
  }
  if (typeof from !== "string" && !(from instanceof URL))
    throw invalid(
      "keys must be { region }, the URL of a key set (JWKS), a key set, a function that fetches one, or an array of these",
    );
  const url = String(from);
  if (!isSecureUrl(url)) throw invalid("keys must be an https URL (http only on loopback)");
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") throw invalid("keys must be a URL without user and password");
  return url;
}

function parse(bytes: Uint8Array, url: string): JsonWebKeySet {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    const { origin, pathname } = new URL(url);
    const problem = `GET ${origin}${pathname} answered a body that is not JSON`;
    throw new KonnectError("invalid_response", problem, { cause });
  }
}

async function inTime<T>(ms: number, work: Promise<T>): Promise<T> {
  const deadline = startDeadline(ms);
  try {
    const problem = `the function that fetches the keys timed out after ${ms} ms`;
    return await deadline.race(work, () => new KonnectError("timeout", problem));
  } finally {
    deadline.clear();
  }
}

function invalid(problem: string): KonnectError {
  return new KonnectError("invalid_options", `createVerifier: ${problem}`);
}
