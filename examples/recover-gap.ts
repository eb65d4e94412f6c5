import { appendFile } from "node:fs/promises";
import { KonnectClient, recoverGap, suggestGap } from "konnect-audit-logs";
import { command } from "./command.js";

const help = `Gets the audit records of a gap again: by a replay to the webhook as far as that reaches (seven days), else pulled.

  npx tsx examples/recover-gap.ts --since T [--until T] [--pull] [--out gap.jsonl]
  npx tsx examples/recover-gap.ts             says what the webhook's status tells of a gap

  KONNECT_TOKEN     an access token with the role "Audit Logs / Admin"
  KONNECT_REGION    us, eu, au, me, in or sg; or KONNECT_CONTROL_PLANE_URL

  --since, --until  the gap, as RFC 3339 (default of --until: now)
  --pull            pull everything, replay nothing
  --out             where pulled records go (default: gap.jsonl)
  --poll-ms         how long to wait between two looks at a replay (default: 5000)`;

const options = {
  since: { type: "string" },
  until: { type: "string" },
  pull: { type: "boolean", default: false },
  out: { type: "string", default: "gap.jsonl" },
  "poll-ms": { type: "string", default: "5000" },
} as const;

await command(help, options, async ({ since, until, pull, out, "poll-ms": pollMs }) => {
  const konnect = new KonnectClient();
  if (since === undefined) {
    const { since: at, why } = await suggestGap(konnect);
    console.log(
      `${at === undefined ? "There is no sign of a gap" : `It may have begun before ${at.toISOString()}`}: ${why}.`,
    );
    throw new Error("say where the gap begins: --since");
  }
  const { isTTY } = process.stdout;
  const { replayed, pulled, lost } = await recoverGap(konnect, {
    since,
    ...(until !== undefined && { until }),
    via: pull ? "pull" : "replay",
    pollMs: Number(pollMs),
    onRecord: (log) => appendFile(out, `${JSON.stringify(log)}\n`),
    onProgress({ via, since, until, done, share }) {
      if (isTTY) {
        const bar = "█".repeat(share * 25).padEnd(25, "░");
        process.stdout.write(`\r${bar} ${Math.floor(share * 100)} %, ${via} ${since.toISOString()}`);
      } else if (done) console.log(`  ${via} ${since.toISOString()} to ${until.toISOString()}: done`);
    },
  });
  if (isTTY) process.stdout.write("\r\u001b[K");
  const span = ({ since, until }: { since: Date; until: Date }) =>
    `${since.toISOString()} to ${until.toISOString()}`;
  for (const part of replayed) console.log(`✓ delivered again: ${span(part)}`);
  for (const part of pulled) console.log(`✓ pulled: ${span(part)}, ${part.records} records in ${out}`);
  for (const part of lost) console.log(`✗ lost: ${span(part)}: ${part.why}`);
  if (lost.length > 0) throw new Error("a part of the gap could not be recovered");
});
