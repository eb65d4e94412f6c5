import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { integer } from "./numbers.js";

const FORMATS = ["table", "jsonl", "json", "csv", "raw"] as const;

/** How records are printed. */
export interface OutputOptions {
  output?: (typeof FORMATS)[number] | undefined;
  columns?: string[] | undefined;
  limit?: number | undefined;
}

/** Adds `--output`, `--columns` and `--limit`. */
export function withOutput<Args extends unknown[], Opts extends Record<string, unknown>>(
  command: Command<Args, Opts>,
) {
  return command
    .addOption(
      new Option(
        "-o, --output <format>",
        "table, jsonl, json, csv or raw (default: table on a terminal, jsonl elsewhere)",
      ).choices(FORMATS),
    )
    .option("--columns <names>", "columns or fields, separated by commas, such as time,type,trace_id", names)
    .option("--limit <n>", "stop after n records", integer(1));
}

function names(text: string): string[] {
  const all = text.split(",").map((name) => name.trim());
  if (all.includes("")) throw new InvalidArgumentError("give names separated by commas: time,type,src.");
  return all;
}
