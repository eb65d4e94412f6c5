import { createVerifier, type JsonWebKeySet, type KeysFrom } from "konnect-audit-logs/signature";
import { ExitError } from "../errors.js";
import type { RegionOptions } from "../options/konnect.js";
import type { Log } from "../output/log.js";
import { causeOf } from "./causes.js";
import { placesOf } from "./places.js";
import { proxyFetch } from "./proxy.js";
import { readText } from "./read-text.js";

/**
 * The keys that the options name: `--keys`, or else the key sets of the regions. Files are read now; URLs are fetched when a record needs a
 * key. Undefined if the options name none.
 *
 * @throws ExitError 2 for a file that is missing or not a key set, and for a URL with credentials
 */
export async function keysFrom(
  given: readonly string[],
  options: RegionOptions,
): Promise<KeysFrom[] | undefined> {
  if (given.some((source) => /^https?:\/\/[^/?#]*@/i.test(source)))
    throw new ExitError(2, "credentials in the URL of a key set are visible to others: leave them out");
  if (given.length > 0)
    return Promise.all(given.map((source) => (/^https?:/i.test(source) ? source : readSet(source))));
  const places = placesOf(options);
  if (places.length === 0) return undefined;
  return places.map(({ baseUrl }) => `${baseUrl}/v2/audit-log-webhook/jwks.json`);
}

async function readSet(file: string): Promise<JsonWebKeySet> {
  const text = await readText(file);
  const refuse = (why: string) => new ExitError(2, `the keys of ${file} cannot be read: ${why}`);
  let set: Partial<JsonWebKeySet> | null;
  try {
    set = JSON.parse(text);
  } catch {
    throw refuse(text.includes("-----BEGIN") ? "it is PEM, not a key set (JWKS)" : "it is not JSON");
  }
  if (!Array.isArray(set?.keys)) throw refuse("it is not a key set (JWKS)");
  if (!set.keys.some((key) => key?.kty === "OKP" && key.crv === "Ed25519"))
    throw refuse("it has no Ed25519 key: nothing can be verified");
  return { ...set, keys: set.keys };
}

/**
 * The same keys, with those of URLs fetched: the records of an archive are older than this fetch, so a record that none of them signed
 * is invalid. A set that cannot be fetched is warned about, and what the others do not match cannot be judged.
 *
 * @throws ExitError 3 if no set can be fetched
 */
export async function knownKeys(given: readonly KeysFrom[], log: Log): Promise<KeysFrom[]> {
  const keys: KeysFrom[] = [];
  for (const from of given) {
    if (typeof from !== "string") {
      keys.push(from);
      continue;
    }
    const onKeys = ({ keySet }: { keySet: JsonWebKeySet }) => void keys.push(keySet);
    try {
      await createVerifier({ keys: from, fetch: proxyFetch, onKeys }).reload();
    } catch (error) {
      if ((error as { code?: unknown }).code === "invalid_options") throw error;
      const why = `the keys of ${from} cannot be read: ${causeOf(error)}`;
      if (given.length === 1) throw new ExitError(3, why);
      log.warn(why);
      keys.push(() => Promise.reject(error));
    }
  }
  return keys;
}
