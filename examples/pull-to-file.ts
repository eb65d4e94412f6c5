import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { type AuditLog, followAuditLogs, KonnectClient } from "konnect-audit-logs";
import { command } from "./command.js";
import { takeLock } from "./lock.js";
import { continued, loadState, newState, saveState } from "./pull-state.js";
import { sayWaiting } from "./waiting.js";

const help = `Pulls audit records into a file of JSON Lines. Run it again, and it continues where it stood, up to now; kill it at any
moment, and it loses and doubles nothing.

  npx tsx examples/pull-to-file.ts [--out audit.jsonl] [--since T] [--until T | --follow] [--type KIND] [--limit N]

  KONNECT_TOKEN     an access token with the role "Audit Logs / Admin"
  KONNECT_REGION    us, eu, au, me, in or sg; or KONNECT_CONTROL_PLANE_URL

  --out             the file; where it stands is kept beside it, in FILE.checkpoint
  --since, --until  the window, as RFC 3339 (default: the seven days before now, until now). A later run may move the end,
                    and refuses whatever else contradicts the file
  --follow          never end
  --type            authentication, authorization or gateway_access
  --limit           stop after so many records of this run
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

const TYPES = ["authentication", "authorization", "gateway_access"];
const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function whole(name: string, text: string, least = 1): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`${name} must be an integer of at least ${least} (got ${text})`);
}

const idOf = (line: string) => createHash("sha256").update(line).digest("base64url");

await command(help, options, async (values) => {
  const { out, since, until, follow, type } = values;
  for (const [name, time] of Object.entries({ since, until }))
    if (time !== undefined && !(RFC3339.test(time) && !Number.isNaN(Date.parse(time))))
      throw new Error(`--${name} must be an RFC 3339 date-time such as 2026-11-25T18:30:00Z (got ${time})`);
  if (follow && until !== undefined)
    throw new Error("--follow never ends, and --until sets an end: give one of them");
  if (type !== undefined && !TYPES.includes(type))
    throw new Error(`--type must be one of ${TYPES.join(", ")}`);
  const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : whole("--limit", values.limit);
  const pageSize = whole("--page-size", values["page-size"]);
  const pollMs = whole("--poll-ms", values["poll-ms"]);
  const konnect = new KonnectClient({ logger: { debug() {}, warn: sayWaiting() } });
  const release = await takeLock(out);
  try {
    await pull();
  } finally {
    await release();
  }

  async function pull(): Promise<void> {
    const path = `${out}.checkpoint`;
    const found = await loadState(path);
    const sizeNow = await stat(out).then(
      ({ size }) => size,
      () => 0,
    );
    if (found !== undefined && sizeNow < found.size)
      throw new Error(`${out} is shorter than ${path} says: restore the file, or delete both and pull again`);
    const asked = { since, until, type, follow };
    const state = found ? await continued(konnect, found, asked) : await newState(konnect, asked, sizeNow);
    if (state.isDone) return console.log(`✓ done already: ${state.records} records in ${out}`);
    const file = await open(out, "a");
    try {
      await file.truncate(state.size);
      await saveState(path, state);
      const beyond = new Set(state.beyond);
      let lines: string[] = [];
      let taken = 0;
      const flush = async () => {
        const bytes = Buffer.from(lines.join(""));
        state.records += lines.length;
        lines = [];
        // First the records, then the state that covers them. After a kill between the two, the records are removed and pulled again.
        await file.appendFile(bytes);
        await file.sync();
        state.size += bytes.length;
        await saveState(path, state);
      };
      const logs = followAuditLogs(konnect, {
        since: state.since,
        until: state.until,
        type: state.type as Exclude<AuditLog["type"], "unknown"> | undefined,
        "page[size]": pageSize,
        pollMs,
        checkpoint: state.checkpoint,
        async onCheckpoint(checkpoint) {
          state.checkpoint = checkpoint;
          state.beyond = [];
          await flush();
        },
        onLate: ({ since, until, count }) =>
          console.error(
            `! ${count} records came late and are missing: pull ${since.toISOString()} to ${until.toISOString()} again`,
          ),
      });
      let isCut = false;
      for await (const log of logs) {
        const line = `${JSON.stringify(log.type === "unknown" ? log.original : log)}\n`;
        const id = idOf(line);
        state.beyond.push(id);
        if (beyond.delete(id)) continue;
        lines.push(line);
        isCut = ++taken >= limit;
        if (isCut) break;
      }
      state.isDone = !isCut;
      await flush();
      console.log(
        `✓ ${state.records} records in ${out}${taken === state.records ? "" : `, ${taken} of them new`}`,
      );
    } finally {
      await file.close();
    }
  }
});
