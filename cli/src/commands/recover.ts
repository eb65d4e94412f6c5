import type { ContextOf } from "../context.js";
import { newCommand } from "../options/command.js";
import { withTimes } from "../options/filters.js";
import { withKonnect, withPortal } from "../options/konnect.js";
import { integer } from "../options/numbers.js";

export function recoverCommand(contextOf: ContextOf) {
  const command = newCommand(
    "recover",
    "Recover the records of a gap.",
    "Uses a replay to the webhook as far as that reaches (seven days), else by pulling them. Without --since it says what the webhook's status tells about a gap.",
  )
    .option("--pull", "pull everything, replay nothing")
    .option("--out <file>", "where pulled records go, appended", "gap.jsonl")
    .option("--poll-ms <ms>", "how long to wait between two checks of a replay", integer(1), 5_000);
  return withPortal(withKonnect(withTimes(command))).action(async (options) => {
    const { recover } = await import("../jobs/recover.js");
    await recover(options, contextOf(options));
  });
}
