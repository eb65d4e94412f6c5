import { open, readFile, rename, stat } from "node:fs/promises";
import { type AuditLog, type FollowCheckpoint, followAuditLogs, KonnectClient } from "konnect-audit-logs";
import { command } from "./command.js";

const help = `Pulls audit records into a file of JSON Lines. Can be killed at any moment: run again, it goes on where it stood, and
loses and doubles nothing.

  npx tsx examples/pull-to-file.ts [--out audit.jsonl] [--since T] [--until T | --follow] [--type KIND] [--limit N]

  KONNECT_TOKEN     an access token with the role "Audit Logs / Admin"
  KONNECT_REGION    us, eu, au, me, in or sg; or KONNECT_CONTROL_PLANE_URL

  --out             the file; where it stands is kept beside it, in FILE.checkpoint
  --since, --until  the window, as RFC 3339 (default: the last seven days until now)
  --follow          go on for ever
  --type            authentication, authorization or gateway_access
  --limit           stop after so many records
  --page-size       records a request (default: 1000)
  --poll-ms         how long to wait between two requests for new records (default: 30000)`;

const options = {
  out: { type: "string", default: "audit.jsonl" },
  since: { type: "string" },
  until: { type: "string" },
  follow: { type: "boolean", default: false },
  type: { type: "string" },
  limit: { type: "string" },
  "page-size": { type: "string", default: "1000" },
  "poll-ms": { type: "string", default: "30000" },
} as const;

/** What is kept beside the file. */
interface Kept {
  /** How many bytes of the file are good; what stands behind was not covered by the checkpoint. */
  size: number;
  records: number;
  /** The window, fixed by the first run. */
  since?: string;
  until?: string;
  checkpoint?: FollowCheckpoint;
  isDone?: boolean;
}

async function load(path: string): Promise<Kept | undefined> {
  const text = await readFile(path, "utf8").catch((error) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? undefined : JSON.parse(text);
}

/** Never half: a new file takes the place of the old one. */
async function save(path: string, kept: Kept): Promise<void> {
  const file = await open(`${path}.new`, "w");
  try {
    await file.writeFile(JSON.stringify(kept));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

/** The window of a run that is not to follow for ever: by Konnect's clock, and the same when it is run again. */
async function windowOf(konnect: KonnectClient, given: { since?: string; until?: string; follow: boolean }) {
  await konnect.getSigningKeys();
  const now = konnect.now() ?? Date.now();
  const until = given.until ?? (given.follow ? undefined : new Date(now).toISOString());
  const since =
    given.since ??
    new Date(Date.parse(until ?? new Date(now).toISOString()) - 7 * 24 * 3_600_000).toISOString();
  return { since, ...(until !== undefined && { until }) };
}

await command(help, options, async (values) => {
  const { out, follow, type } = values;
  const konnect = new KonnectClient();
  const path = `${out}.checkpoint`;
  const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : Number(values.limit);
  const found = await load(path);
  const { since, until } = values;
  const kept: Kept = found ?? {
    size: await stat(out).then(
      ({ size }) => size,
      () => 0,
    ),
    records: 0,
    ...(await windowOf(konnect, { follow, ...(since && { since }), ...(until && { until }) })),
  };
  if (kept.isDone === true) return console.log(`✓ done already: ${kept.records} records in ${out}`);
  const file = await open(out, "a");
  try {
    await file.truncate(kept.size);
    await save(path, kept);
    let lines: string[] = [];
    const flush = async () => {
      const bytes = Buffer.from(lines.join(""));
      kept.records += lines.length;
      lines = [];
      // The records first, then the checkpoint that covers them: killed between the two, they are cut off and come again.
      await file.appendFile(bytes);
      await file.sync();
      kept.size += bytes.length;
      await save(path, kept);
    };
    const logs = followAuditLogs(konnect, {
      since: kept.since!,
      "page[size]": Number(values["page-size"]),
      pollMs: Number(values["poll-ms"]),
      ...(kept.until !== undefined && { until: kept.until }),
      ...(type !== undefined && { type: type as Exclude<AuditLog["type"], "unknown"> }),
      ...(kept.checkpoint !== undefined && { checkpoint: kept.checkpoint }),
      async onCheckpoint(checkpoint) {
        kept.checkpoint = checkpoint;
        await flush();
      },
      onLate: ({ since, until, count }) =>
        console.error(
          `! ${count} records came late, and are missing: pull ${since.toISOString()} to ${until.toISOString()} again`,
        ),
    });
    for await (const log of logs) {
      lines.push(`${JSON.stringify(log.type === "unknown" ? log.original : log)}\n`);
      if (kept.records + lines.length >= limit) break;
    }
    kept.isDone = true;
    await flush();
    console.log(`✓ ${kept.records} records in ${out}`);
  } finally {
    await file.close();
  }
});
