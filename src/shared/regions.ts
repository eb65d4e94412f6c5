/** The regions of Konnect. */
export const REGIONS = ["us", "eu", "au", "me", "in", "sg"] as const;

/** A region of Konnect: `us`, `eu`, `au`, `me`, `in`, `sg`, or a new one. */
export type Region = (typeof REGIONS)[number] | (string & {});

/** A region is the first label of its host. */
export const REGION_PATTERN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The URL of a region's API. */
export function regionUrl(region: string): string {
  return `https://${region}.api.konghq.com`;
}

/** The path of the key set, on the host of a region. */
export const SIGNING_KEYS_PATH = "/v2/audit-log-webhook/jwks.json";

/**
 * The URL of a region's signing keys (JWKS). It needs no credential.
 *
 * @example
 * ```ts
 * signingKeysUrl("eu"); // "https://eu.api.konghq.com/v2/audit-log-webhook/jwks.json"
 * ```
 */
export function signingKeysUrl(region: Region): string {
  return regionUrl(region) + SIGNING_KEYS_PATH;
}
