import { Option } from "@commander-js/extra-typings";
import type { ContextOf } from "../../context.js";
import { newCommand } from "../../options/command.js";
import { withKonnect, withPortal } from "../../options/konnect.js";

export function setupCommand(contextOf: ContextOf) {
  const command = newCommand(
    "setup",
    "Set up delivery to your SIEM.",
    "Creates or updates a destination, and enables the webhook for it. Run it again to change what differs.",
  )
    .option("--name <name>", "the name of the destination", "SIEM")
    .option("--endpoint <url>", "the https URL of your collector (default: the variable SIEM_ENDPOINT)")
    .option(
      "--siem-token-file <file>",
      "a file with what the collector expects in Authorization (default: the variable SIEM_TOKEN)",
    )
    .addOption(
      new Option("--format <format>", "how records are written")
        .choices(["cef", "json", "cps"])
        .default("cef" as const),
    )
    .option("--replace", "take over a webhook that delivers to another destination")
    .option("--dry-run", "show what would change, and change nothing");
  return withPortal(withKonnect(command)).action(async (options) => {
    const { setup } = await import("./run.js");
    await setup(options, contextOf(options));
  });
}
