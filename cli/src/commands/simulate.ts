import { Option } from "@commander-js/extra-typings";
import type { ContextOf } from "../context.js";
import { newCommand } from "../options/command.js";
import { integer } from "../options/numbers.js";

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
      const { sign } = await import("../jobs/sign.js");
      await sign(options, contextOf(options));
    });
}

export function simulateCommand(contextOf: ContextOf) {
  return newCommand(
    "simulate",
    "Run a simulator of Konnect on this machine.",
    "It has destinations, webhook, replay, signing keys and audit logs, and delivers to loopback addresses only.",
  )
    .option("--port <port>", "0 for any free port", integer(0, 65_535), 8001)
    .option("--token-file <file>", "a file with the only valid token (default: KONNECT_TOKEN, or a new one)")
    .option("--rate <n>", "write n made-up records per second", integer(1, 1_000))
    .option("--count <n>", "stop writing made-up records after n", integer(1))
    .option("--seed <text>", "determines the made-up records")
    .action(async (options) => {
      const { simulate } = await import("../jobs/simulate.js");
      await simulate(options, contextOf(options));
    });
}
