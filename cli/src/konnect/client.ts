import { KonnectClient } from "konnect-audit-logs";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import { REGIONS } from "../options/choices.js";
import type { KonnectOptions } from "../options/konnect.js";
import type { Log } from "../output/log.js";
import { sparingly } from "../output/waiting.js";
import { nameOf, type Place, placeOf, placesOf } from "./places.js";
import { proxyFetch } from "./proxy.js";
import { readText } from "./read-text.js";

/** A place of the options, and its client. */
export interface Connection extends Place {
  name: string;
  konnect: KonnectClient;
}

/** The connection of a command that takes one region. */
export async function connect(
  options: KonnectOptions,
  command: string,
  context: Context,
): Promise<Connection> {
  placeOf(options, command);
  return (await connectAll(options, context))[0]!;
}

/** A connection for each place that the options or the environment name. At least one. */
export async function connectAll(options: KonnectOptions, { log }: Context): Promise<Connection[]> {
  const { tokenFile } = options;
  const places = placesOf(options);
  if (places.length === 0)
    throw new ExitError(
      2,
      `no region: give --region (${REGIONS.join(", ")}) or --base-url, or set KONNECT_REGION or KONNECT_CONTROL_PLANE_URL`,
    );
  if (tokenFile === undefined && !process.env.KONNECT_TOKEN)
    throw new ExitError(2, "no access token: give --token-file, or set KONNECT_TOKEN");
  if (tokenFile !== undefined) await readToken(tokenFile);
  return places.map((place) => {
    const warn = sparingly((text) => log.warn(places.length > 1 ? `${nameOf(place)}: ${text}` : text));
    return {
      ...place,
      name: nameOf(place),
      konnect: createClient(place, tokenFile, { debug: log.debug, warn }),
    };
  });
}

function createClient(
  { baseUrl }: Place,
  tokenFile: string | undefined,
  logger: Pick<Log, "debug" | "warn">,
): KonnectClient {
  return new KonnectClient({
    baseUrl,
    // Read for each attempt, so that a token can be rotated while the command runs.
    ...(tokenFile !== undefined && { token: () => readToken(tokenFile) }),
    logger,
    userAgent: "konnect-audit",
    fetch: proxyFetch,
  });
}

async function readToken(file: string): Promise<string> {
  const token = (await readText(file)).trim();
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
