import { checkPipeline, KonnectClient } from "konnect-audit-logs";
import { command } from "./command.js";

const help = `Looks at the audit log pipeline of a region, changes nothing, and says what to do. Exit status 1: not healthy.

  npx tsx examples/doctor.ts [--json]

  KONNECT_TOKEN     an access token with the role "Audit Logs / Admin"
  KONNECT_REGION    us, eu, au, me, in or sg; or KONNECT_CONTROL_PLANE_URL

  --json            print the report as JSON`;

const marks = { ok: "✓", problem: "✗", note: "!", unknown: "?" };

await command(help, { json: { type: "boolean", default: false } } as const, async ({ json }) => {
  const report = await checkPipeline(new KonnectClient());
  if (json) console.log(JSON.stringify(report, null, 2));
  else {
    for (const { name, state, found, todo } of report.checks) {
      // The endpoint chooses its response, and a terminal obeys control characters.
      console.log(`${marks[state]} ${name.padEnd(13)} ${found.replace(/\p{Cc}/gu, "\u{FFFD}")}`);
      if (todo !== undefined) console.log(`  ${" ".repeat(13)} → ${todo}`);
    }
  }
  if (!report.ok) throw new Error("the pipeline is not healthy");
});
