import { createReadStream } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { createVerifier, type KeySet, type ReadRecord, readAuditRecords } from "konnect-audit-logs";
import { command } from "./command.js";
import { KeysUnavailable, readKeys } from "./keys.js";
import { pulledEvent } from "./siem/event.js";

const help = `Verifies archives of audit records: CEF or JSON Lines, plain or gzip.

  npx tsx examples/verify-archive.ts [--keys FILE|URL]... [--failures 10] FILE...

  --keys            a JWKS: a file, or an address. Several: records signed before a rotation need the old keys, too.
                    Default: the keys of KONNECT_REGION, or of KONNECT_CONTROL_PLANE_URL. No token is needed
  --failures        how many failures are shown with their line numbers (default: 10)

  exit status       0: every record is valid. 1: a record is invalid, unsigned or malformed, or a file cannot be read.
                    3: some could not be judged: no keys, no records, or pulled records, whose signature cannot be verified`;

const options = {
  keys: { type: "string", multiple: true },
  failures: { type: "string", default: "10" },
} as const;

interface Tally {
  statuses: Map<string, number>;
  types: Map<string, number>;
  first: Date | undefined;
  last: Date | undefined;
  failures: string[];
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Shows the progress: a bar on a terminal, otherwise a line from time to time. */
function progress(total: number): { at(bytes: number): void; end(): void } {
  let shown = -1;
  return {
    at(bytes) {
      const percent = total === 0 ? 100 : Math.floor((bytes / total) * 100);
      if (percent === shown || (!process.stderr.isTTY && percent % 25 !== 0)) return;
      shown = percent;
      const bar = "█".repeat(percent / 4).padEnd(25, "░");
      process.stderr.write(process.stderr.isTTY ? `\r${bar} ${percent} %` : `${percent} %\n`);
    },
    end() {
      if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
    },
  };
}

async function verifyFile(file: string, keys: KeySet, most: number, tally: Tally): Promise<void> {
  const verifier = createVerifier({ keys });
  const bar = progress((await stat(file)).size);
  const stream = createReadStream(file);
  // Verification preserves the order, so the places of records are queued for their verdicts.
  const waiting: ReadRecord[] = [];
  async function* records() {
    for await (const record of readAuditRecords(stream)) {
      waiting.push(record);
      yield record.bytes ?? record.text;
    }
  }
  for await (const { verification } of verifier.verifyAll(records())) {
    const record = waiting.shift()!;
    const { lineNumber } = record;
    const event = record.event ?? pulledEvent(record.text);
    const { status } = verification;
    count(tally.statuses, status);
    count(tally.types, event?.type ?? "no record");
    const time = event?.time;
    if (time && (!tally.first || time < tally.first)) tally.first = time;
    if (time && (!tally.last || time > tally.last)) tally.last = time;
    if (status !== "valid" && tally.failures.length < most) {
      const what = event?.name ?? record.error?.reason ?? "";
      const shown = `${file}:${lineNumber}  ${status} (${verification.reason})  ${what}`;
      // Clients choose text in a record, and a terminal obeys control characters.
      tally.failures.push(shown.replace(/\p{Cc}/gu, "\u{FFFD}"));
    }
    bar.at(stream.bytesRead);
  }
  bar.end();
}

await command(help, options, async (values, files) => {
  if (files.length === 0) throw new Error("which archive? --help tells how");
  const most = Number(values.failures);
  if (!Number.isSafeInteger(most) || most < 0) throw new Error("--failures must be an integer of at least 0");
  for (const file of files) await access(file, constants.R_OK);
  let keys: KeySet;
  try {
    keys = await readKeys(values.keys ?? []);
  } catch (error) {
    if (error instanceof KeysUnavailable) process.exitCode = 3;
    throw error;
  }
  const tally: Tally = {
    statuses: new Map(),
    types: new Map(),
    first: undefined,
    last: undefined,
    failures: [],
  };
  for (const file of files) await verifyFile(file, keys, most, tally);
  const table = (counts: Map<string, number>) =>
    [...counts].map(([key, number]) => `  ${key.padEnd(15)} ${String(number).padStart(10)}`).join("\n");
  console.log(`By status\n${table(tally.statuses)}\nBy type\n${table(tally.types)}`);
  console.log(`From ${tally.first?.toISOString() ?? "-"} to ${tally.last?.toISOString() ?? "-"}`);
  if (tally.failures.length > 0) console.log(`First failures\n  ${tally.failures.join("\n  ")}`);
  const bad = ["invalid", "unsigned", "malformed"].filter((status) => tally.statuses.has(status));
  if (bad.length > 0) {
    const counts = bad.map((status) => `${tally.statuses.get(status)} ${status}`).join(", ");
    throw new Error(`not every record is valid: ${counts}`);
  }
  const unverifiable = tally.statuses.get("unverifiable") ?? 0;
  if (unverifiable === 0 && tally.statuses.has("valid")) return;
  process.exitCode = 3;
  throw new Error(
    unverifiable > 0 ? `${unverifiable} records could not be judged` : "these files do not contain a record",
  );
});
