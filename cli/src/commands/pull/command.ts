import { type Command, Option } from "@commander-js/extra-typings";
import type { ContextOf } from "../../context.js";
import { withArchive } from "../../options/archive.js";
import { newCommand } from "../../options/command.js";
import { withFilters, withTimes } from "../../options/filters.js";
import { withKonnect } from "../../options/konnect.js";
import { integer } from "../../options/numbers.js";
import { withOutput } from "../../options/output.js";
import { withService } from "../../options/service.js";
import { duration } from "../../options/time.js";

export function pullCommand(contextOf: ContextOf) {
  const command = newCommand(
    "pull",
    "Pull records from Konnect.",
    "Prints them, or stores them in an archive folder or a file that a later run continues. Default: the last seven days.",
  )
    .option("-f, --follow", "keep pulling new records until --until or Ctrl-C")
    .option(
      "--folder <dir>",
      "store in this archive folder; killed at any time, it loses and repeats nothing",
    )
    .option("--out <file>", "append to this file instead, without --follow")
    .option("--append", "with --out: append to a file that has content and no checkpoint")
    .option("--state <dir>", "with --out: where FILE.checkpoint is (default: beside the file)");
  return withPulling(withArchive(command)).action(async (options) => {
    const { pull } = await import("./run.js");
    await pull("pull", options, contextOf(options));
  });
}

export function tailCommand(contextOf: ContextOf) {
  const command = newCommand("tail", "Print new records as Konnect writes them, until --until or Ctrl-C.");
  return withPulling(command).action(async (options) => {
    const { pull } = await import("./run.js");
    await pull("tail", { ...options, follow: true }, contextOf(options));
  });
}

function withPulling<Args extends unknown[], Opts extends Record<string, unknown>>(
  command: Command<Args, Opts>,
) {
  const pulling = command
    .option("--page-size <n>", "records per request", integer(1, 1_000), 1_000)
    .addOption(
      new Option("--poll <time>", "how long to wait between two requests for new records")
        .argParser(duration)
        .default(30_000, "30s"),
    );
  return withService(withOutput(withFilters(withTimes(withKonnect(pulling)))));
}
