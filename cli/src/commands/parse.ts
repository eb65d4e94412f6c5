import type { ContextOf } from "../context.js";
import { newCommand } from "../options/command.js";
import { withFilters, withTimes } from "../options/filters.js";
import { withOutput } from "../options/output.js";

export function parseCommand(contextOf: ContextOf) {
  const command = newCommand(
    "parse",
    "Parse records to typed events.",
    "Reads CEF, JSON, CPS or pulled records, one per line, plain or gzip. Exits with 1 if a line is not a record.",
  ).argument("[files...]", "files to read (default: standard input)");
  return withOutput(withFilters(withTimes(command))).action(async (files, options) => {
    const { parseFiles } = await import("../jobs/parse.js");
    await parseFiles(files, options, contextOf(options));
  });
}
