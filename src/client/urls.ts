/** The API's host of a region. */
export function regionUrl(region: string): string {
  return `https://${region}.api.konghq.com`;
}

/** The host of what is not regional. */
export const GLOBAL_URL = regionUrl("global");

/** True for paths that the global host serves. Everything else is the region's. */
export function isGlobalPath(path: string): boolean {
  return /^\/v3\/audit-log-destinations(?![^/?])/.test(path);
}

/** True for one of Konnect's own hosts. */
export function isKonnectHost(url: string): boolean {
  return new URL(url).hostname.endsWith(".api.konghq.com");
}
