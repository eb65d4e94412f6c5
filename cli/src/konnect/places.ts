import { ExitError } from "../errors.js";
import { type KnownRegion, REGIONS } from "../options/choices.js";
import type { RegionOptions } from "../options/konnect.js";

/** A Konnect to talk to. */
export interface Place {
  /** Undefined for a base URL that stands alone. */
  region: KnownRegion | undefined;
  /** Without a slash at its end. */
  baseUrl: string;
}

/** The places that the options or the environment name. None if neither does. */
export function placesOf(options: RegionOptions): Place[] {
  const urls = options.baseUrl ?? [];
  const bare = urls.find(({ region }) => region === undefined);
  if (bare !== undefined) {
    if (urls.length > 1)
      throw new ExitError(2, "--base-url must name its region where there are several: eu=https://...");
    return [{ region: undefined, baseUrl: bare.url }];
  }
  const named = new Map(urls.map(({ region, url }) => [region!, url]));
  const regions = options.region ?? (named.size > 0 ? [...named.keys()] : regionsOfVariable());
  const unused = [...named.keys()].find((region) => !regions.includes(region));
  if (unused !== undefined)
    throw new ExitError(2, `--base-url names the region ${unused}, but --region does not`);
  const url = process.env.KONNECT_CONTROL_PLANE_URL;
  if (options.region === undefined && named.size === 0 && url)
    return [{ region: undefined, baseUrl: url.replace(/\/+$/, "") }];
  return regions.map((region) => ({
    region,
    baseUrl: named.get(region) ?? `https://${region}.api.konghq.com`,
  }));
}

/** The only place of a command that takes one. */
export function placeOf(options: RegionOptions, command: string): Place | undefined {
  const places = placesOf(options);
  if (places.length > 1)
    throw new ExitError(
      2,
      `${command} takes one region: run it for each of ${places.map(nameOf).join(", ")}`,
    );
  return places[0];
}

/** What a place is called in messages and folders. */
export function nameOf({ region, baseUrl }: Place): string {
  return region ?? new URL(baseUrl).host;
}

/** Refuses a `KONNECT_REGION` that does not exist. The option has its own check. */
function regionsOfVariable(): KnownRegion[] {
  const { KONNECT_REGION: variable, KONNECT_CONTROL_PLANE_URL: url } = process.env;
  if (!variable || url) return [];
  return [...new Set(variable.split(","))].map((name) => {
    const region = REGIONS.find((known) => known === name.trim());
    if (region !== undefined) return region;
    throw new ExitError(
      2,
      `KONNECT_REGION is not a region (got ${variable}): use ${REGIONS.join(", ")}, or set --base-url`,
    );
  });
}
