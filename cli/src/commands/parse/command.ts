import type { ContextOf } from "../../context.js";
import { newCommand } from "../../options/command.js";
import { withFilters, withTimes } from "../../options/filters.js";
import { withOutput } from "../../options/output.js";

export function parseCommand(contextOf: ContextOf) {
  const command = newCommand(
    "parse",
    "Parse records to typed events.",
    "Reads CEF, JSON, CPS or pulled records: an archive folder, files (plain or gzip, one record per line, or a JSON array), or standard input (-). Exits with 1 if a line is not a record, with 3 if a file cannot be read to its end.",
  ).argument("[files...]", "archive folders and files (default: standard input)");
  return withOutput(withFilters(withTimes(command))).action(async (files, options) => {
    const { parseFiles } = await import("./run.js");
    await parseFiles(files, options, contextOf(options));
  });
}
