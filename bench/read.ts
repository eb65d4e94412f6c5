import { spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { auditRecords } from "konnect-audit-logs/testing";
import { median, row } from "./rounds.js";

export async function benchRead(megabytes: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const file = join(folder, "audit.log");
  try {
    const block = `${[...auditRecords(20_000, { seed: "bench" })].map((line) => `${line} sig=${"S".repeat(86)}`).join("\n")}\n`;
    const out = createWriteStream(file);
    for (let size = 0; size < megabytes * 2 ** 20; size += block.length)
      if (!out.write(block)) await drained(out);
    out.end();
    await finished(out);
    const child = fileURLToPath(new URL("read-child.mjs", import.meta.url));
    const measure = (how: string, ...more: string[]): { ms: number; events: number; peak: number } => {
      const { stdout, stderr } = spawnSync(process.execPath, [child, how, file, ...more]);
      if (stderr.length > 0) throw new Error(stderr.toString());
      return JSON.parse(stdout.toString());
    };
    const ratios: number[] = [];
    const inBatches: number[] = [];
    const parserAlone: number[] = [];
    const peaks: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const readline = measure("readline");
      const ours = measure("ours");
      if (ours.events !== readline.events) throw new Error("not the same events");
      ratios.push(readline.ms / ours.ms);
      const batches = measure("batches");
      if (batches.events !== readline.events) throw new Error("not the same events");
      inBatches.push(readline.ms / batches.ms);
      parserAlone.push(readline.ms / measure("parser", String(readline.events)).ms);
      peaks.push(ours.peak);
    }
    const spread = (all: number[]) => ({
      median: median(all),
      low: Math.min(...all),
      high: Math.max(...all),
    });
    const loop = "for await of node:readline, parseAuditRecord";
    row(`readAuditRecords, ${megabytes} MiB`, loop, spread(ratios));
    row(`readAuditRecordBatches, ${megabytes} MiB`, loop, spread(inBatches));
    row("parseAuditRecord alone, lines in memory", loop, spread(parserAlone));
    console.log(`\nreadAuditRecords over ${megabytes} MiB: at most ${median(peaks).toFixed(0)} MB of memory`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => stream.once("drain", resolve));
}
