import { isKonnectError } from "konnect-audit-logs";
import { type ReadRecord, readAuditRecordBatches } from "konnect-audit-logs/records";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { type Source, STDIN, sourcesOf } from "../../inputs/sources.js";
import type { FilterOptions, TimeOptions } from "../../options/filters.js";
import type { OutputOptions } from "../../options/output.js";
import { countOf } from "../../output/count.js";
import { createEventWriter } from "../../output/event-writer.js";
import { createFilter } from "../../query/filter.js";
import { isWithin, timeRange } from "../../query/time-range.js";

/** How many lines that are not records are shown. */
const SHOWN = 10;

/** Parses archives, files or standard input, and prints the events. */
export async function parseFiles(
  args: readonly string[],
  options: FilterOptions & TimeOptions & OutputOptions,
  { log, signal }: Context,
): Promise<void> {
  const sources = await sourcesOf(args.length > 0 ? args : [STDIN], log);
  const range = timeRange(options, Date.now());
  const filter = createFilter(options);
  const writer = createEventWriter(options);
  let bad = 0;
  let seen = 0;
  let shown = 0;
  const broken: string[] = [];
  const print = async (name: string, records: readonly ReadRecord[]) => {
    for (const record of records) {
      const event = record.event;
      if (event === undefined) {
        bad++;
        const problem = record.error?.message ?? "";
        if (bad <= SHOWN) log.warn(`${name}:${record.lineNumber}: not a record: ${problem}`);
        continue;
      }
      seen++;
      if (!isWithin(range, event) || filter?.(event) === false) continue;
      shown++;
      const written = writer.write({ raw: record.bytes ?? record.text, event });
      if (writer.isFull) return;
      if (written !== undefined) await written;
    }
  };
  const read = async ({ name, open, segment, size }: Source) => {
    const chunks = await open();
    if (chunks === undefined) return log.debug(`${name} was deleted meanwhile`);
    const before = seen + bad;
    for await (const records of readAuditRecordBatches(chunks)) {
      signal.throwIfAborted();
      await print(name, records);
      if (writer.isFull) return;
    }
    if (seen + bad === before && segment === undefined && size !== undefined)
      log.warn(`${name} does not contain a record`);
  };
  for (const source of sources) {
    if (writer.isFull) break;
    await read(source).catch((error) => {
      if (!isKonnectError(error) && !(error instanceof ExitError)) throw error;
      log.warn(`${source.name}: ${error.message.replace(/^\w+: /, "")}`);
      broken.push(source.name);
    });
  }
  await writer.end();
  if (seen > 0 && shown === 0) log.info(`No record matched: 0 of ${countOf(seen, "record")}.`);
  if (broken.length > 0) throw new ExitError(3, `could not be read to the end: ${broken.join(", ")}`);
  if (bad > 0) throw new ExitError(1, bad === 1 ? "1 line is not a record" : `${bad} lines are not records`);
}
