import { readFile } from "node:fs/promises";
import type { KeySet } from "konnect-audit-logs";

/** The keys are unavailable, so nothing can be verified. */
export class KeysUnavailable extends Error {}

const TIMEOUT = 10_000;

/**
 * Reads key sets (JWKS) from files and URLs. Default: the key set of the region.
 *
 * @throws {@link KeysUnavailable} with the reason
 */
export async function readKeys(given: readonly string[]): Promise<KeySet> {
  const sets = await Promise.all((given.length > 0 ? given : [regionKeys()]).map(readSet));
  const keys = sets.flatMap(({ keys }) => [...keys]);
  if (!keys.some((key) => key?.kty === "OKP" && key.crv === "Ed25519"))
    throw new KeysUnavailable("the key sets have no Ed25519 key: nothing can be verified");
  return { keys };
}

function regionKeys(): string {
  const { KONNECT_REGION: region, KONNECT_CONTROL_PLANE_URL: url } = process.env;
  const base = url ?? (region && `https://${region}.api.konghq.com`);
  if (!base) throw new KeysUnavailable("where are the keys? Give --keys, or set KONNECT_REGION");
  return `${base.replace(/\/+$/, "")}/v2/audit-log-webhook/jwks.json`;
}

async function readSet(from: string): Promise<KeySet> {
  try {
    const set = JSON.parse(/^https?:/.test(from) ? await fetchText(from) : await readFile(from, "utf8"));
    if (Array.isArray(set?.keys)) return set;
    throw new Error("it is not a key set (JWKS)");
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
    throw new KeysUnavailable(`the keys of ${from} cannot be read: ${why}`);
  }
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT) });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return response.text();
}
