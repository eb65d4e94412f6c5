import { ensureWebhook, KonnectClient } from "konnect-audit-logs";
import { command, variable } from "./command.js";

const help = `Sends the audit records of a Konnect region to your SIEM. Can be run again: it changes what differs.

  npx tsx examples/setup-webhook.ts [--name SIEM] [--format cef|json|cps] [--replace]

  KONNECT_TOKEN     an access token with the role "Audit Logs / Admin"
  KONNECT_REGION    us, eu, au, me, in or sg; or KONNECT_CONTROL_PLANE_URL
  SIEM_ENDPOINT     the https:// address of your collector
  SIEM_TOKEN        what it wants in the header Authorization

  --name            name of the destination (default: SIEM)
  --format          how records are written (default: cef)
  --replace         take the webhook over, where it delivers to another destination`;

const options = {
  name: { type: "string", default: "SIEM" },
  format: { type: "string", default: "cef" },
  replace: { type: "boolean", default: false },
} as const;

await command(help, options, async ({ name, format, replace }) => {
  const endpoint = variable("SIEM_ENDPOINT");
  const authorization = variable("SIEM_TOKEN");
  const { destination, created, changed, enabled, replaced } = await ensureWebhook(new KonnectClient(), {
    name,
    endpoint,
    authorization,
    log_format: format as "cef",
    replace,
    onProgress: ({ step, destinationId }) => console.log(`  ${step} ${destinationId}`),
  });
  const news = created ? "new" : changed.length > 0 ? `changed: ${changed.join(", ")}` : "as it was";
  console.log(`✓ destination ${destination.name} (${destination.id}): ${news}`);
  console.log(`✓ webhook: ${enabled ? "enabled now" : "was enabled already"}`);
  if (replaced !== undefined) {
    console.log(`  it named ${replaced.audit_log_destination_id} before; to undo this, point it there again`);
  }
  console.log("Records usually arrive within a minute. Check the pipeline: npx tsx examples/doctor.ts");
});
