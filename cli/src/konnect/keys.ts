import { readFile } from "node:fs/promises";
import type { JsonWebKeySet } from "konnect-audit-logs";
import { ExitError } from "../errors.js";
import type { RegionOptions } from "../options/konnect.js";
import { baseUrlOf } from "./base-url.js";
import { causeOf } from "./causes.js";
import { proxyFetch } from "./proxy.js";
import { readUpTo } from "./read-up-to.js";

/** The time limit of a request, in ms, and the most bytes of a key set. */
const TIMEOUT = 10_000;
const MAX_BYTES = 2 ** 20;

/**
 * Where the signing keys are: `--keys`, or else the region's key set. Undefined if neither is known.
 *
 * @throws ExitError 2 for a URL with credentials
 */
export function keySources(given: readonly string[], options: RegionOptions): string[] | undefined {
  const sources = given.length > 0 ? [...given] : regionKeys(options);
  if (sources?.some((source) => /^https?:\/\/[^/?#]*@/i.test(source)))
    throw new ExitError(2, "credentials in the URL of a key set are visible to others: leave them out");
  return sources;
}

function regionKeys(options: RegionOptions): string[] | undefined {
  const base = baseUrlOf(options);
  return base === undefined ? undefined : [`${base}/v2/audit-log-webhook/jwks.json`];
}

/**
 * Reads key sets (JWKS) from files and URLs.
 *
 * @throws ExitError 2 for a file that is missing, 3 for keys that cannot be read
 */
export async function readKeys(sources: readonly string[]): Promise<JsonWebKeySet> {
  const sets = await Promise.all(sources.map(readSet));
  const keys = sets.flatMap(({ keys }) => [...keys]);
  if (!keys.some((key) => key?.kty === "OKP" && key.crv === "Ed25519"))
    throw new ExitError(3, "the key sets have no Ed25519 key: nothing can be verified");
  return { keys };
}

async function readSet(from: string): Promise<JsonWebKeySet> {
  try {
    const set = JSON.parse(/^https?:/.test(from) ? await fetchText(from) : await readFile(from, "utf8"));
    if (Array.isArray(set?.keys)) return set;
    throw new Error("it is not a key set (JWKS)");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw error;
    throw new ExitError(3, `the keys of ${from} cannot be read: ${causeOf(error)}`);
  }
}

async function fetchText(url: string): Promise<string> {
  const response = await proxyFetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT) });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  const { text, truncated } = await readUpTo(response.body, MAX_BYTES);
  if (truncated) throw new Error(`it answered more than ${MAX_BYTES} bytes`);
  return text;
}
