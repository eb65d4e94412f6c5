// Runs in a separate process on the built package: reads a file, and prints its time and peak memory.
import { createReadStream, openSync, readSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseAuditRecord, readAuditRecordBatches, readAuditRecords } from "../dist/records/index.js";

const [, , how, file] = process.argv;
const open = () => createReadStream(file, { highWaterMark: 65_536 });
let start = performance.now();
let events = 0;
if (how === "parser") {
  // The parser alone, on lines that are in memory: what no way of reading can fall below.
  const buffer = Buffer.alloc(Math.min(statSync(file).size, 64 * 2 ** 20));
  readSync(openSync(file), buffer);
  const lines = buffer.toString().split("\n").slice(0, -1);
  const count = Number(process.argv[4]);
  start = performance.now();
  while (events < count)
    for (const line of lines) if (events < count && parseAuditRecord(line).org_id) events++;
} else if (how === "ours") {
  for await (const { event } of readAuditRecords(open())) if (event?.org_id) events++;
} else if (how === "batches") {
  for await (const records of readAuditRecordBatches(open()))
    for (const { event } of records) if (event?.org_id) events++;
} else {
  for await (const line of createInterface({ input: open() })) if (parseAuditRecord(line).org_id) events++;
}
const ms = performance.now() - start;
console.log(JSON.stringify({ ms, events, peak: process.resourceUsage().maxRSS / 1024 }));
