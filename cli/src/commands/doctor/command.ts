import type { ContextOf } from "../../context.js";
import { newCommand } from "../../options/command.js";
import { withKonnect, withPortal } from "../../options/konnect.js";

export function doctorCommand(contextOf: ContextOf) {
  const command = newCommand(
    "doctor",
    "Check the pipeline.",
    "Checks token, webhook, destination, delivery, signing keys and pulling. Changes nothing. Exits with 1 if there is a problem.",
  ).option("--json", "print the report as JSON");
  return withPortal(withKonnect(command)).action(async (options) => {
    const { doctor } = await import("./run.js");
    await doctor(options, contextOf(options));
  });
}
