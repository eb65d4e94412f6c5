import type { ContextOf } from "../../context.js";
import { newCommand } from "../../options/command.js";
import { withKonnect, withPortal } from "../../options/konnect.js";

export function teardownCommand(contextOf: ContextOf) {
  const command = newCommand(
    "teardown",
    "Stop delivery.",
    "Deletes the webhook if it uses this destination, then the destination.",
  ).option("--name <name>", "the name of the destination", "SIEM");
  return withPortal(withKonnect(command)).action(async (options) => {
    const { stopDelivery } = await import("./run.js");
    await stopDelivery(options, contextOf(options));
  });
}
