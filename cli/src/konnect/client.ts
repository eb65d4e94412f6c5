import { readFile } from "node:fs/promises";
import { KonnectClient } from "konnect-audit-logs";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import { type KonnectOptions, REGIONS, type RegionOptions } from "../options/konnect.js";
import { sparingly } from "../output/waiting.js";

/** A client with the options of the command and the environment. */
export async function createClient(options: KonnectOptions, { log }: Context): Promise<KonnectClient> {
  checkRegionVariable(options);
  const { region, baseUrl, tokenFile } = options;
  if (tokenFile !== undefined) await readToken(tokenFile);
  return new KonnectClient({
    region,
    baseUrl,
    // Read for each attempt, so that a token can be rotated while the command runs.
    ...(tokenFile !== undefined && { token: () => readToken(tokenFile) }),
    logger: { debug: log.debug, warn: sparingly(log.warn) },
    userAgent: "konnect-audit",
  });
}

/** Refuses a `KONNECT_REGION` that does not exist. The option has its own check. */
export function checkRegionVariable({ region, baseUrl }: RegionOptions): void {
  const { KONNECT_REGION: variable, KONNECT_CONTROL_PLANE_URL: url } = process.env;
  if (region ?? baseUrl ?? url ?? !variable) return;
  if (!REGIONS.some((known) => known === variable))
    throw new ExitError(
      2,
      `KONNECT_REGION is not a region (got ${variable}): use ${REGIONS.join(", ")}, or set --base-url`,
    );
}

async function readToken(file: string): Promise<string> {
  const token = (await readFile(file, "utf8")).trim();
  // The content is never shown.
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new ExitError(2, `${file} must contain an access token and nothing else`);
}

/** Konnect's time in ms since the epoch, from a response. This machine's, if Konnect does not tell. */
export async function konnectNow(konnect: KonnectClient, signal: AbortSignal): Promise<number> {
  if (konnect.now() === undefined) await konnect.getSigningKeys({ signal });
  return konnect.now() ?? Date.now();
}
