import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import {
  createVerifier,
  type KeySet,
  type ReadRecord,
  readAuditRecords,
  type VerifierOptions,
} from "konnect-audit-logs";

const help = `Verifies archives of audit records: CEF or JSON Lines, plain or gzip. Exit status 1: a record is invalid.

  npx tsx examples/verify-archive.ts [--keys FILE|URL]... [--failures 10] FILE...

  --keys            a JWKS: a file, or an address. Several: records signed before a rotation need the old keys, too.
                    Default: the keys of KONNECT_REGION, or of KONNECT_CONTROL_PLANE_URL. No token is needed
  --failures        how many failures are shown with their line numbers (default: 10)`;

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

async function readKeys(given: string[]): Promise<VerifierOptions["keys"]> {
  const { KONNECT_REGION: region, KONNECT_CONTROL_PLANE_URL: url } = process.env;
  const base = url ?? (region && `https://${region}.api.konghq.com`);
  if (given.length === 0) {
    if (!base) throw new Error("where are the keys? Give --keys, or set KONNECT_REGION");
    return `${base.replace(/\/$/, "")}/v2/audit-log-webhook/jwks.json`;
  }
  if (given.length === 1 && /^https?:/.test(given[0]!)) return given[0]!;
  const sets = await Promise.all(
    given.map(async (from): Promise<KeySet> => {
      const text = /^https?:/.test(from) ? await (await fetch(from)).text() : await readFile(from, "utf8");
      return JSON.parse(text);
    }),
  );
  return { keys: sets.flatMap(({ keys }) => [...keys]) };
}

/** Tells how far it is: a bar on a terminal, a line now and then elsewhere. */
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

async function verifyFile(
  file: string,
  keys: VerifierOptions["keys"],
  most: number,
  tally: Tally,
): Promise<void> {
  const verifier = createVerifier({ keys });
  const stream = createReadStream(file);
  const bar = progress((await stat(file)).size);
  // Verification keeps the order, so the places of records wait here for their verdicts.
  const waiting: ReadRecord[] = [];
  async function* records() {
    for await (const record of readAuditRecords(stream)) {
      waiting.push(record);
      yield record.bytes ?? record.raw;
    }
  }
  for await (const { verification } of verifier.verifyAll(records())) {
    const record = waiting.shift()!;
    const { event, lineNumber } = record;
    const { status } = verification;
    count(tally.statuses, status);
    count(tally.types, event?.type ?? "no record");
    const time = event?.time;
    if (time && (!tally.first || time < tally.first)) tally.first = time;
    if (time && (!tally.last || time > tally.last)) tally.last = time;
    if (status !== "valid" && tally.failures.length < most) {
      const what = record.error?.reason ?? event?.name ?? "";
      const shown = `${file}:${lineNumber}  ${status} (${verification.reason})  ${what}`;
      // Whoever wrote the record chose its text; a terminal obeys control characters.
      tally.failures.push(shown.replace(/\p{Cc}/gu, "\u{FFFD}"));
    }
    bar.at(stream.bytesRead);
  }
  bar.end();
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      keys: { type: "string", multiple: true, default: [] },
      failures: { type: "string", default: "10" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  if (positionals.length === 0) throw new Error("which archive? --help tells how");
  const keys = await readKeys(values.keys);
  const tally: Tally = {
    statuses: new Map(),
    types: new Map(),
    first: undefined,
    last: undefined,
    failures: [],
  };
  for (const file of positionals) await verifyFile(file, keys, Number(values.failures), tally);
  const table = (counts: Map<string, number>) =>
    [...counts].map(([key, number]) => `  ${key.padEnd(15)} ${String(number).padStart(10)}`).join("\n");
  console.log(`By status\n${table(tally.statuses)}\nBy type\n${table(tally.types)}`);
  console.log(`From ${tally.first?.toISOString() ?? "-"} to ${tally.last?.toISOString() ?? "-"}`);
  if (tally.failures.length > 0) console.log(`First failures\n  ${tally.failures.join("\n  ")}`);
  const invalid = tally.statuses.get("invalid") ?? 0;
  if (invalid > 0) throw new Error(`${invalid} records are invalid: they were changed, or are not Konnect's`);
}

try {
  await main();
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
