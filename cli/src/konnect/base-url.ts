import { REGIONS } from "konnect-audit-logs/signature";
import { ExitError } from "../errors.js";
import type { RegionOptions } from "../options/konnect.js";

/** The base URL of the region that the options or the environment name, without a slash at its end. Undefined if none does. */
export function baseUrlOf(options: RegionOptions): string | undefined {
  checkRegionVariable(options);
  const region = options.region ?? (options.baseUrl ? undefined : process.env.KONNECT_REGION);
  const url = options.baseUrl ?? (options.region ? undefined : process.env.KONNECT_CONTROL_PLANE_URL);
  const base = url || (region && `https://${region}.api.konghq.com`);
  return base ? base.replace(/\/+$/, "") : undefined;
}

/** Refuses a `KONNECT_REGION` that does not exist. The option has its own check. */
function checkRegionVariable({ region, baseUrl }: RegionOptions): void {
  const { KONNECT_REGION: variable, KONNECT_CONTROL_PLANE_URL: url } = process.env;
  if (region ?? baseUrl ?? url ?? !variable) return;
  if (!REGIONS.some((known) => known === variable))
    throw new ExitError(
      2,
      `KONNECT_REGION is not a region (got ${variable}): use ${REGIONS.join(", ")}, or set --base-url`,
    );
}
