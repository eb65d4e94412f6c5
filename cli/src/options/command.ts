import { Command, Option } from "@commander-js/extra-typings";

/** A command with the options that all have. The list of commands shows the summary, its own help the details as well. */
export function newCommand(name: string, summary: string, details = "") {
  return new Command(name)
    .summary(summary)
    .description(`${summary} ${details}`.trim())
    .addOption(
      new Option("--log-format <format>", "messages on standard error: text, or json, one object a line")
        .choices(["text", "json"])
        .default("text" as const),
    )
    .option("-q, --quiet", "print results, warnings and errors only")
    .option("-v, --verbose", "print details, such as each request");
}
