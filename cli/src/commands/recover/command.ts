import { Option } from "@commander-js/extra-typings";
import type { ContextOf } from "../../context.js";
import { withFileMode } from "../../options/archive.js";
import { newCommand } from "../../options/command.js";
import { withTimes } from "../../options/filters.js";
import { withKonnect, withPortal } from "../../options/konnect.js";
import { duration } from "../../options/time.js";

export function recoverCommand(contextOf: ContextOf) {
  const command = newCommand(
    "recover",
    "Recover the records of a gap.",
    "Uses a replay to the webhook as far as that reaches (seven days), else by pulling them. Without --since it says what the webhook's status tells about a gap.",
  )
    .option("--pull", "pull everything, replay nothing")
    .option("--out <file>", "the file for pulled records; run again, it repeats none (default: gap.jsonl)")
    .option("--folder <dir>", "store pulled records in this archive of pull --folder instead")
    .option("--append", "with --out: append to a file that has content and no checkpoint")
    .option("--state <dir>", "with --out: where FILE.checkpoint is (default: beside the file)")
    .addOption(
      new Option("--poll <time>", "how long to wait between two checks of a replay")
        .argParser(duration)
        .default(5_000, "5s"),
    );
  return withPortal(withKonnect(withTimes(withFileMode(command)))).action(async (options) => {
    const { recover } = await import("./run.js");
    await recover(options, contextOf(options));
  });
}
