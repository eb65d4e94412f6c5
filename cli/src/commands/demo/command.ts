import type { ContextOf } from "../../context.js";
import { newCommand } from "../../options/command.js";

export function demoCommand(contextOf: ContextOf) {
  return newCommand(
    "demo",
    "Show the whole way of a record on this machine.",
    "A simulator of Konnect, a collector, a signed record, its verification. Needs no account.",
  ).action(async (options) => {
    const { demo } = await import("./run.js");
    await demo(contextOf(options));
  });
}
