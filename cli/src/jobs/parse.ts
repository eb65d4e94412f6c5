import { createReadStream } from "node:fs";
import { access, constants } from "node:fs/promises";
import { isKonnectError } from "konnect-audit-logs";
import { readAuditRecordBatches } from "konnect-audit-logs/records";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import type { FilterOptions, TimeOptions } from "../options/filters.js";
import type { OutputOptions } from "../options/output.js";
import { createEventWriter } from "../output/event-writer.js";
import { eventOfRead } from "../records/event-of.js";
import { createFilter } from "../records/filter.js";
import { isWithin, timeRange } from "../records/time-range.js";

/** How many lines that are not records are shown. */
const SHOWN = 10;
const STDIN = "standard input";

/** Parses files or standard input, and prints the events. */
export async function parseFiles(
  files: readonly string[],
  options: FilterOptions & TimeOptions & OutputOptions,
  { log, signal }: Context,
): Promise<void> {
  for (const file of files) await access(file, constants.R_OK);
  const range = timeRange(options, Date.now());
  const filter = createFilter(options);
  const writer = createEventWriter(options);
  let bad = 0;
  const read = async (name: string, source: AsyncIterable<Uint8Array>) => {
    for await (const records of readAuditRecordBatches(source)) {
      signal.throwIfAborted();
      for (const record of records) {
        const event = eventOfRead(record);
        if (event === undefined) {
          bad++;
          const problem = record.error?.message ?? "";
          if (bad <= SHOWN) log.warn(`${name}:${record.lineNumber}: not a record: ${problem}`);
          continue;
        }
        if (!isWithin(range, event) || filter?.(event) === false) continue;
        const written = writer.write({ raw: record.bytes ?? record.text, event });
        if (writer.isFull) return;
        if (written !== undefined) await written;
      }
    }
  };
  const sources = files.length > 0 ? files : [STDIN];
  for (const name of sources) {
    if (writer.isFull) break;
    const source = files.length > 0 ? createReadStream(name, { signal }) : process.stdin;
    await read(name, source).catch((error) => {
      throw isKonnectError(error) ? new ExitError(3, `${name}: ${error.message}`, { cause: error }) : error;
    });
  }
  await writer.end();
  if (bad > 0) throw new ExitError(1, bad === 1 ? "1 line is not a record" : `${bad} lines are not records`);
}
