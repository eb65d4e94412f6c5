import type { ContextOf } from "../../context.js";
import { withFileMode } from "../../options/archive.js";
import { newCommand } from "../../options/command.js";
import { engineOption } from "../../options/engine.js";
import { withRegion } from "../../options/konnect.js";
import { integer } from "../../options/numbers.js";
import { several, text } from "../../options/several.js";

export function verifyCommand(contextOf: ContextOf) {
  const command = newCommand(
    "verify",
    "Verify the signatures of archives.",
    "Reads archive folders, files (one record per line, plain or gzip), and standard input (-). Exits with 0 only if every record is valid; with 1 if one is invalid, unsigned or malformed; with 3 if some could not be judged.",
  )
    .argument("<files...>", "archive folders, files, - for standard input")
    .option(
      "--keys <file|url>",
      "a key set (JWKS); repeat it for records signed before a rotation (default: the region's)",
      several(text),
    )
    .addOption(engineOption())
    .option("--failures <n>", "how many failures to show", integer(0), 10)
    .option("--rejected", "judge what listen rejected, in rejected.jsonl of these archive folders")
    .option("--accept", "with --rejected: store what is valid now in the archive")
    .option("--json", "print the report as JSON");
  return withRegion(withFileMode(command)).action(async (files, options) => {
    const { verifyFiles } = await import("./run.js");
    await verifyFiles(files, options, contextOf(options));
  });
}
