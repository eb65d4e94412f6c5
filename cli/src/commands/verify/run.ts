import { createHash } from "node:crypto";
import { createVerifier, type ReadRecord, readAuditRecordBatches, type Verifier } from "konnect-audit-logs";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { describeError } from "../../exit.js";
import { type Source, sourcesOf } from "../../inputs/sources.js";
import { engineOf } from "../../konnect/engine.js";
import { keysFrom, knownKeys } from "../../konnect/keys.js";
import type { Log } from "../../output/log.js";
import { createProgress } from "../../output/progress.js";
import { paint } from "../../output/style.js";
import type { VerifyOptions } from "./options.js";
import { allValid, type Finding, judge, Report } from "./report.js";

/** Verifies archives on all cores, and prints a report. */
export async function verifyFiles(
  args: readonly string[],
  options: VerifyOptions,
  context: Context,
): Promise<void> {
  const { log, signal } = context;
  if (options.accept && !options.rejected) throw new ExitError(2, "--accept belongs to --rejected");
  const sources = options.rejected ? [] : await sourcesOf(args, log);
  const verifier = await openVerifier(options, log);
  if (options.rejected) {
    const { verifyRejected } = await import("./rejected.js");
    return verifyRejected(args, verifier, options, context);
  }
  const total = sources.reduce((sum, { size = 0 }) => sum + size, 0);
  const report = new Report(options.failures);
  const progress = createProgress({ log });
  let doneBytes = 0;
  for (const source of sources) {
    const { name, segment, size = 0 } = source;
    const before = report.records;
    const onBytes = (bytes: number) =>
      progress.at(total === 0 ? undefined : Math.min(1, (doneBytes + bytes) / total), report.records);
    const hash = options.json ? createHash("sha256") : undefined;
    try {
      await verifySource(source, verifier, report, context, {
        onBytes,
        onChunk: (chunk) => hash?.update(chunk),
      });
      report.files.push({
        file: name,
        records: report.records - before,
        ...(hash && { sha256: hash.digest("hex") }),
      });
      if (report.records === before && segment === undefined) log.warn(`${name} does not contain a record`);
    } catch (error) {
      if (signal.aborted) throw error;
      progress.end();
      report.broken.push({ file: name, why: describeError(error) });
      log.warn(`${name} could not be read to its end: ${describeError(error)}`);
    }
    doneBytes += size;
  }
  progress.end();
  process.stdout.write(options.json ? report.toJson() : String(report));
  judge(report, options.keys?.join(", "));
  if (!options.json)
    process.stdout.write(`${paint("green", "✓", process.stdout)} ${allValid(report.records)}\n`);
}

async function openVerifier(options: VerifyOptions, log: Log): Promise<Verifier> {
  const given = await keysFrom(options.keys ?? [], options);
  if (given === undefined)
    throw new ExitError(
      2,
      "no keys to verify with: give --keys FILE or URL, or --region (us, eu, ...) for Konnect's own",
    );
  return createVerifier({ keys: await knownKeys(given, log), engine: await engineOf(options.engine, log) });
}

async function verifySource(
  { name, open }: Source,
  verifier: Verifier,
  report: Report,
  { log, signal }: Context,
  { onBytes, onChunk }: { onBytes: (bytes: number) => void; onChunk: (chunk: Uint8Array) => void },
): Promise<void> {
  let bytesRead = 0;
  const chunks = await open((bytes, chunk) => {
    bytesRead = bytes;
    onChunk(chunk);
  });
  if (chunks === undefined) return log.debug(`${name} was deleted meanwhile`);
  let failure: unknown;
  async function* records(source: AsyncIterable<Uint8Array>) {
    try {
      for await (const batch of readAuditRecordBatches(source))
        for (const record of batch) yield { data: record.bytes ?? record.text, finding: findingOf(record) };
    } catch (error) {
      // The records before the damage are verified first.
      failure = error;
    }
  }
  const all = verifier.verifyAll(records(chunks), { bytes: ({ data }) => data });
  for await (const { record, verification } of all) {
    signal.throwIfAborted();
    report.add(name, record.finding, verification);
    onBytes(bytesRead);
  }
  if (failure !== undefined) throw failure;
}

function findingOf(record: ReadRecord): Finding {
  const { lineNumber, event, error } = record;
  return { lineNumber, type: event?.type, time: event?.time, what: event?.name ?? error?.reason ?? "" };
}
