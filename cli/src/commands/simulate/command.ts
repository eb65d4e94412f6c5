import type { ContextOf } from "../../context.js";
import { newCommand } from "../../options/command.js";
import { integer } from "../../options/numbers.js";

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
      const { simulate } = await import("./run.js");
      await simulate(options, contextOf(options));
    });
}
