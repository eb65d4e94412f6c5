import { readFile } from "node:fs/promises";
import type { KeySet } from "konnect-audit-logs";
import { ExitError } from "../errors.js";
import type { RegionOptions } from "../options/konnect.js";
import { checkRegionVariable } from "./client.js";

const TIMEOUT = 10_000;

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
  checkRegionVariable(options);
  const region = options.region ?? (options.baseUrl ? undefined : process.env.KONNECT_REGION);
  const url = options.baseUrl ?? (options.region ? undefined : process.env.KONNECT_CONTROL_PLANE_URL);
  const base = url || (region && `https://${region}.api.konghq.com`);
  return base ? [`${base.replace(/\/+$/, "")}/v2/audit-log-webhook/jwks.json`] : undefined;
}

/**
 * Reads key sets (JWKS) from files and URLs.
 *
 * @throws ExitError 2 for a file that is missing, 3 for keys that cannot be read
 */
export async function readKeys(sources: readonly string[]): Promise<KeySet> {
  const sets = await Promise.all(sources.map(readSet));
  const keys = sets.flatMap(({ keys }) => [...keys]);
  if (!keys.some((key) => key?.kty === "OKP" && key.crv === "Ed25519"))
    throw new ExitError(3, "the key sets have no Ed25519 key: nothing can be verified");
  return { keys };
}

async function readSet(from: string): Promise<KeySet> {
  try {
    const set = JSON.parse(/^https?:/.test(from) ? await fetchText(from) : await readFile(from, "utf8"));
    if (Array.isArray(set?.keys)) return set;
    throw new Error("it is not a key set (JWKS)");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw error;
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
    throw new ExitError(3, `the keys of ${from} cannot be read: ${why}`);
  }
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT) });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return response.text();
}
