import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { type KnownRegion, REGIONS } from "./choices.js";
import type { ListParser } from "./several.js";

/** Where Konnect is. */
export interface RegionOptions {
  region?: KnownRegion[] | undefined;
  baseUrl?: BaseUrl[] | undefined;
}

/** `--base-url`: the URL of a region's API, or of the only one. */
interface BaseUrl {
  region?: KnownRegion | undefined;
  url: string;
}

/** Where Konnect is, and the credential. */
export interface KonnectOptions extends RegionOptions {
  tokenFile?: string | undefined;
}

/** Adds `--region` and `--base-url`. */
export function withRegion<Args extends unknown[], Opts extends Record<string, unknown>>(
  command: Command<Args, Opts>,
) {
  return command
    .addOption(
      new Option(
        "-r, --region <regions>",
        "Konnect's region; several by comma or repeated (default: KONNECT_REGION)",
      )
        .choices(REGIONS)
        .argParser(regions),
    )
    .addOption(
      new Option(
        "--base-url <url>",
        "the URL of the API instead, or of one region (eu=https://...); may be repeated (default: KONNECT_CONTROL_PLANE_URL)",
      ).argParser(baseUrl),
    );
}

/** Adds `--region`, `--base-url` and `--token-file`. */
export function withKonnect<Args extends unknown[], Opts extends Record<string, unknown>>(
  command: Command<Args, Opts>,
) {
  return withRegion(command).option(
    "--token-file <file>",
    "a file with the access token (default: the variable KONNECT_TOKEN)",
  );
}

/** Adds `--portal`. */
export function withPortal<Args extends unknown[], Opts extends Record<string, unknown>>(
  command: Command<Args, Opts>,
) {
  return command.option("--portal <id>", "the webhook of this Dev Portal instead of the region's");
}

/** Parses regions that are separated by commas. */
function regions(text: string, before: KnownRegion[] = []): KnownRegion[] {
  const all = text.split(",").map((one) => {
    const region = REGIONS.find((known) => known === one.trim());
    if (region === undefined) throw new InvalidArgumentError(`Allowed choices are ${REGIONS.join(", ")}.`);
    return region;
  });
  return [...new Set([...before, ...all])];
}

const baseUrl: ListParser<BaseUrl> = Object.assign(
  (text: string, before: BaseUrl[] = []): BaseUrl[] => {
    const [, name, given = text] = /^([a-z]{2,10})=(.*)$/s.exec(text) ?? [];
    const region = name === undefined ? undefined : regions(name)[0];
    const url = given.replace(/\/+$/, "");
    if (url === "")
      throw new InvalidArgumentError("It is empty: give a URL, such as https://eu.api.konghq.com.");
    if (!isAllowed(url))
      throw new InvalidArgumentError("It must be an https URL, such as https://eu.api.konghq.com.");
    if (before.some((other) => other.region === region))
      throw new InvalidArgumentError(
        region === undefined
          ? "It was given twice. For several regions: --base-url eu=https://..."
          : `${region} was given twice.`,
      );
    return [...before, { region, url }];
  },
  { isList: true as const },
);

/** A token is sent to it, so it must be https, except on this machine. */
function isAllowed(url: string): boolean {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
