import { createReadStream } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { createVerifier, type ReadRecord, readAuditRecordBatches, type Verifier } from "konnect-audit-logs";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import { describeError } from "../exit.js";
import { engineOf } from "../konnect/engine.js";
import { keySources, readKeys } from "../konnect/keys.js";
import type { EngineName } from "../options/engine.js";
import type { RegionOptions } from "../options/konnect.js";
import { countOf } from "../output/count.js";
import { createProgress } from "../output/progress.js";
import { eventOfRead } from "../records/event-of.js";
import { type Finding, Report } from "./report.js";

/** The options of `verify`. */
export interface VerifyOptions extends RegionOptions {
  keys?: string[] | undefined;
  /** How many failures are shown. */
  failures: number;
  engine: EngineName;
  json?: true | undefined;
}

/** Verifies archives on all cores, and prints a report. */
export async function verifyFiles(
  files: readonly string[],
  options: VerifyOptions,
  context: Context,
): Promise<void> {
  const { log, signal } = context;
  for (const file of files) await access(file, constants.R_OK);
  const sources = keySources(options.keys ?? [], options);
  if (sources === undefined)
    throw new ExitError(3, "without keys nothing can be verified: give --keys or --region");
  const verifier = createVerifier({ keys: await readKeys(sources), engine: engineOf(options.engine, log) });
  const sizes = await Promise.all(files.map(sizeOf));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const report = new Report(options.failures);
  const progress = createProgress({ log });
  let doneBytes = 0;
  for (const [i, file] of files.entries()) {
    const before = report.records;
    try {
      await verifyFile(file, verifier, report, context, (bytes) =>
        progress.at(total === 0 ? 1 : (doneBytes + bytes) / total, report.records),
      );
      if (report.records === before) log.warn(`${file} does not contain a record`);
    } catch (error) {
      if (signal.aborted) throw error;
      progress.end();
      report.broken.push({ file, why: describeError(error) });
      log.warn(`${file} could not be read to its end: ${describeError(error)}`);
    }
    doneBytes += sizes[i]!;
  }
  progress.end();
  process.stdout.write(options.json ? report.toJson() : String(report));
  judge(report);
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file);
  if (found.isDirectory()) throw new ExitError(2, `${file} is a folder: give files`);
  return found.size;
}

async function verifyFile(
  file: string,
  verifier: Verifier,
  report: Report,
  { signal }: Context,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const stream = createReadStream(file, { signal });
  // Verification preserves the order, so what the report needs of records waits for their verdicts.
  const waiting: Finding[] = [];
  let at = 0;
  async function* records() {
    for await (const batch of readAuditRecordBatches(stream))
      for (const record of batch) {
        waiting.push(findingOf(record));
        yield record.bytes ?? record.text;
      }
  }
  for await (const { verification } of verifier.verifyAll(records())) {
    signal.throwIfAborted();
    report.add(file, waiting[at++]!, verification);
    // Soon, because what survives a garbage collection costs more: this saved a twentieth of the time.
    if (at === 256) {
      waiting.splice(0, at);
      at = 0;
    }
    onBytes(stream.bytesRead);
  }
}

function findingOf(record: ReadRecord): Finding {
  const event = eventOfRead(record);
  const { lineNumber, error } = record;
  return { lineNumber, type: event?.type, time: event?.time, what: event?.name ?? error?.reason ?? "" };
}

/** The exit status. A record that is not valid counts more than one that could not be judged. */
function judge({ byStatus, broken, records }: Report): void {
  const bad = ["invalid", "unsigned", "malformed"].filter((status) => byStatus[status]);
  if (bad.length > 0) {
    const counts = bad.map((status) => `${byStatus[status]} ${status}`).join(", ");
    throw new ExitError(1, `not every record is valid: ${counts}`);
  }
  if (broken.length > 0)
    throw new ExitError(3, `could not be read to the end: ${broken.map(({ file }) => file).join(", ")}`);
  if (records === 0) throw new ExitError(3, "these files do not contain a record");
  const { unverifiable = 0 } = byStatus;
  if (unverifiable > 0) throw new ExitError(3, `${countOf(unverifiable, "record")} could not be judged`);
}
