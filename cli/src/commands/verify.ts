import type { ContextOf } from "../context.js";
import { newCommand } from "../options/command.js";
import { engineOption } from "../options/engine.js";
import { withRegion } from "../options/konnect.js";
import { integer } from "../options/numbers.js";

export function verifyCommand(contextOf: ContextOf) {
  const command = newCommand(
    "verify",
    "Verify the signatures of archives.",
    "Reads one record per line, plain or gzip. Exits with 0 only if every record is valid; with 1 if one is invalid, unsigned or malformed; with 3 if some could not be judged.",
  )
    .argument("<files...>", "archives, one record per line")
    .option(
      "--keys <file|url>",
      "a key set (JWKS); repeat it for records signed before a rotation (default: the region's)",
      (value: string, before: string[] | undefined) => [...(before ?? []), value],
    )
    .addOption(engineOption())
    .option("--failures <n>", "how many failures to show", integer(0), 10)
    .option("--json", "print the report as JSON");
  return withRegion(command).action(async (files, options) => {
    const { verifyFiles } = await import("../verify/verify-files.js");
    await verifyFiles(files, options, contextOf(options));
  });
}
