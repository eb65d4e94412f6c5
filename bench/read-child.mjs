// Runs in a separate process on the built package: reads a file, and prints its time and peak memory.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseAuditRecord, readAuditRecordBatches, readAuditRecords } from "../dist/records/index.js";

const [, , how, file] = process.argv;
const stream = createReadStream(file, { highWaterMark: 65_536 });
const start = performance.now();
let events = 0;
if (how === "ours") {
  for await (const { event } of readAuditRecords(stream)) if (event?.org_id) events++;
} else if (how === "batches") {
  for await (const records of readAuditRecordBatches(stream))
    for (const { event } of records) if (event?.org_id) events++;
} else {
  for await (const line of createInterface({ input: stream })) if (parseAuditRecord(line).org_id) events++;
}
const ms = performance.now() - start;
console.log(JSON.stringify({ ms, events, peak: process.resourceUsage().maxRSS / 1024 }));
