import type { Command } from "@commander-js/extra-typings";
import type { ContextOf } from "../context.js";
import { newCommand } from "../options/command.js";
import { withFilters, withTimes } from "../options/filters.js";
import { withKonnect } from "../options/konnect.js";
import { integer } from "../options/numbers.js";
import { withOutput } from "../options/output.js";

export function pullCommand(contextOf: ContextOf) {
  const command = newCommand(
    "pull",
    "Pull records from Konnect.",
    "Prints them, or appends them to a file that a later run continues. Default: the last seven days.",
  )
    .option("-f, --follow", "keep pulling new records until --until or Ctrl-C")
    .option("--out <file>", "append to this file; killed at any time, it loses and repeats nothing")
    .option("--state <dir>", "where FILE.checkpoint and the lock are (default: beside the file)");
  return withPulling(command).action(async (options) => {
    const { pull } = await import("../pull/pull.js");
    await pull(options, contextOf(options));
  });
}

export function tailCommand(contextOf: ContextOf) {
  const command = newCommand("tail", "Print new records as Konnect writes them, until --until or Ctrl-C.");
  return withPulling(command).action(async (options) => {
    const { pull } = await import("../pull/pull.js");
    await pull({ ...options, follow: true }, contextOf(options));
  });
}

function withPulling<Args extends unknown[], Opts extends Record<string, unknown>>(
  command: Command<Args, Opts>,
) {
  const pulling = command
    .option("--page-size <n>", "records per request", integer(1, 1_000), 1_000)
    .option("--poll-ms <ms>", "how long to wait between two requests for new records", integer(1), 30_000);
  return withOutput(withFilters(withTimes(withKonnect(pulling))));
}
