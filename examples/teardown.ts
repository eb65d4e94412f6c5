import { KonnectClient, teardown } from "konnect-audit-logs";
import { command } from "./command.js";

const help = `Stops sending audit records: deletes the webhook, if it is this destination's, and the destination.

  npx tsx examples/teardown.ts [--name SIEM]

  KONNECT_TOKEN     an access token with the role "Audit Logs / Admin"
  KONNECT_REGION    us, eu, au, me, in or sg; or KONNECT_CONTROL_PLANE_URL

  --name            name of the destination (default: SIEM)`;

await command(help, { name: { type: "string", default: "SIEM" } } as const, async ({ name }) => {
  let waiting = false;
  const { destinationId, webhookDeleted, destinationDeleted } = await teardown(new KonnectClient(), {
    name,
    onProgress({ step }) {
      if (step === "waiting" && waiting) return;
      waiting = step === "waiting";
      console.log(waiting ? "  waiting: Konnect says that the destination is in use" : `  ${step}`);
    },
  });
  if (destinationId === undefined) console.log(`✓ destination ${name} does not exist: nothing to do`);
  else {
    console.log(`✓ webhook: ${webhookDeleted ? "deleted" : "not this destination's, left alone"}`);
    console.log(
      `✓ destination ${name} (${destinationId}): ${destinationDeleted ? "deleted" : "gone already"}`,
    );
  }
});
