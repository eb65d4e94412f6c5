/** The API's host of a region. */
export function regionUrl(region: string): string {
  return `https://${region}.api.konghq.com`;
}

/** The host of what is not regional. */
export const GLOBAL_URL = regionUrl("global");

/** The one spelling of an address: without default port, dot segments, doubled and trailing slashes. */
export function normalizeUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + pathname.replace(/\/{2,}/g, "/").replace(/\/$/, "");
}

/** True for paths that the global host serves. Everything else is the region's. */
export function isGlobalPath(path: string): boolean {
  return /^\/v3\/audit-log-destinations(?![^/?])/.test(path);
}

/** True for one of Konnect's own hosts. */
export function isKonnectHost(url: string): boolean {
  return new URL(url).hostname.endsWith(".api.konghq.com");
}
