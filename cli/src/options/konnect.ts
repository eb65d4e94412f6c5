import { type Command, Option } from "@commander-js/extra-typings";
import { type KnownRegion, REGIONS } from "./choices.js";

/** Where Konnect is. */
export interface RegionOptions {
  region?: KnownRegion | undefined;
  baseUrl?: string | undefined;
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
      new Option("-r, --region <region>", "Konnect's region (default: KONNECT_REGION)")
        .choices(REGIONS)
        .conflicts("baseUrl"),
    )
    .option("--base-url <url>", "the URL of the API instead (default: KONNECT_CONTROL_PLANE_URL)");
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
