import { Option } from "@commander-js/extra-typings";
import type { ContextOf } from "../../context.js";
import { newCommand } from "../../options/command.js";
import { integer } from "../../options/numbers.js";

export function signCommand(contextOf: ContextOf) {
  return newCommand(
    "sign",
    "Print made-up signed records.",
    "They are signed like Konnect's, to test a SIEM or a parser.",
  )
    .option("--count <n>", "how many records", integer(1), 10)
    .option("--rate <n>", "records per second (default: as fast as they are read)", integer(1, 100_000))
    .option("--seed <text>", "the same seed makes the same records and the same keys")
    .addOption(
      new Option("--format <format>", "cef, json or cps")
        .choices(["cef", "json", "cps"])
        .default("cef" as const),
    )
    .option("--jwks <file>", "write the public keys to this file, for verify --keys")
    .action(async (options) => {
      const { sign } = await import("./run.js");
      await sign(options, contextOf(options));
    });
}
