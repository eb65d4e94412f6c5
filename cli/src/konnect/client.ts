import { readFile } from "node:fs/promises";
import { KonnectClient } from "konnect-audit-logs";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import type { KonnectOptions } from "../options/konnect.js";
import { sparingly } from "../output/waiting.js";
import { baseUrlOf } from "./base-url.js";
import { proxyFetch } from "./proxy.js";

/** A client with the options of the command and the environment. */
export async function createClient(options: KonnectOptions, { log }: Context): Promise<KonnectClient> {
  checkOptions(options);
  const { region, baseUrl, tokenFile } = options;
  if (tokenFile !== undefined) await readToken(tokenFile);
  return new KonnectClient({
    region,
    baseUrl,
    // Read for each attempt, so that a token can be rotated while the command runs.
    ...(tokenFile !== undefined && { token: () => readToken(tokenFile) }),
    logger: { debug: log.debug, warn: sparingly(log.warn) },
    userAgent: "konnect-audit",
    fetch: proxyFetch,
  });
}

/** Refuses what the SDK would refuse too, in the words of the command line. */
function checkOptions(options: KonnectOptions): void {
  const base = baseUrlOf(options);
  if (base === undefined)
    throw new ExitError(
      2,
      "no region: give --region or --base-url, or set KONNECT_REGION or KONNECT_CONTROL_PLANE_URL",
    );
  if (options.baseUrl !== undefined && !URL.canParse(options.baseUrl))
    throw new ExitError(
      2,
      `--base-url must be a URL, such as https://eu.api.konghq.com (got ${options.baseUrl})`,
    );
  if (options.tokenFile === undefined && !process.env.KONNECT_TOKEN)
    throw new ExitError(2, "no access token: give --token-file, or set KONNECT_TOKEN");
}

async function readToken(file: string): Promise<string> {
  const token = (await readFile(file, "utf8")).trim();
  // The content is never shown.
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new ExitError(2, `${file} must contain an access token and nothing else`);
}

/** The answers that are asked for until two in a row agree about the time. */
const MOST_ANSWERS = 6;

/**
 * Konnect's time in ms since the epoch, on which two responses agree: a gateway's may be wrong, and a pull up to a time that has not
 * come would leave records out. This machine's time if Konnect does not tell.
 */
export async function konnectNow(konnect: KonnectClient, signal: AbortSignal): Promise<number> {
  await konnect.getSigningKeys({ signal });
  for (let answers = 2; answers <= MOST_ANSWERS; answers++) {
    await konnect.getSigningKeys({ signal });
    const now = konnect.now();
    if (now !== undefined) return now;
  }
  return Date.now();
}
