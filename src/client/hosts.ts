import { regionUrl } from "../shared/regions.js";

/** The URL of the global API. */
export const GLOBAL_URL = regionUrl("global");

/** The normal form of a URL: without default port, dot segments, and double or trailing slashes. */
export function normalizeUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + pathname.replace(/\/{2,}/g, "/").replace(/\/$/, "");
}

/** True for paths of the global host. All others are regional. */
export function isGlobalPath(path: string): boolean {
  return /^\/v3\/audit-log-destinations(?![^/?])/.test(path);
}

/** True for a host of Konnect. */
export function isKonnectHost(url: string): boolean {
  return new URL(url).hostname.endsWith(".api.konghq.com");
}
