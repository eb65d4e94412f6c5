import { readAuditRecordBatches, recordId, safeParseAuditRecord, type Verifier } from "konnect-audit-logs";
import { archivesIn } from "../../archive/archives.js";
import { modesOf } from "../../archive/files.js";
import { readInfo } from "../../archive/info.js";
import { isOf } from "../../archive/organization.js";
import { readRejections } from "../../archive/rejected.js";
import type { RejectedRecord, Rejection, SinkRecord } from "../../archive/sink.js";
import { ArchiveWriter } from "../../archive/writer.js";
import type { Context } from "../../context.js";
import { countOf } from "../../output/count.js";
import type { VerifyOptions } from "./options.js";
import { judge, Report } from "./report.js";

/** How many valid records are stored at a time. */
const BATCH = 1_000;

/** Judges what `listen` rejected with these keys. With `accept`, stores what is valid now, each record once. */
export async function verifyRejected(
  folders: readonly string[],
  verifier: Verifier,
  options: VerifyOptions,
  context: Context,
): Promise<void> {
  const { log, signal } = context;
  const report = new Report(options.failures);
  let stored = 0;
  for (const archive of (await Promise.all(folders.map(archivesIn))).flat()) {
    const writer = options.accept ? await openWriter(archive, options, context) : undefined;
    try {
      let batch: SinkRecord[] = [];
      const flush = async () => {
        stored += writer === undefined ? batch.length : await writer.append(batch);
        batch = [];
      };
      for await (const { path, lineNumber, rejection } of readRejections(archive)) {
        signal.throwIfAborted();
        if (rejection === undefined) log.warn(`${path}:${lineNumber} is not a rejection`);
        for await (const bytes of recordsOf(rejection)) {
          const verification = await verifier.verify(bytes);
          const { event } = safeParseAuditRecord(Buffer.from(bytes).toString());
          const what = event?.name ?? "no record";
          report.add(path, { lineNumber, type: event?.type, time: event?.time, what }, verification);
          if (verification.status !== "valid") continue;
          const id = recordId(bytes);
          const record = { id, bytes, event, verification };
          const organization = writer?.info.organization ?? batch[0]?.event?.org_id;
          // The writer would reject it once more.
          if (organization !== undefined && !isOf(organization, record)) {
            log.warn(
              `${path}:${lineNumber} has a valid record of another organization (${event?.org_id}): it stays rejected`,
            );
            continue;
          }
          batch.push(record);
          if (batch.length >= BATCH) await flush();
        }
      }
      await flush();
    } finally {
      await writer?.close();
    }
  }
  process.stdout.write(options.json ? report.toJson() : String(report));
  if (options.accept) log.info(`✓ ${countOf(stored, "valid record")} in the archive`);
  else if (stored > 0) log.info(`${countOf(stored, "record")} valid now: store with --accept`);
  if (report.records > 0) judge(report);
  else log.info("✓ nothing was rejected");
}

/** A writer that knows all ids of the archive: what was accepted before is not stored again. */
async function openWriter(
  folder: string,
  { fileMode }: VerifyOptions,
  context: Context,
): Promise<ArchiveWriter> {
  const source = (await readInfo(folder))?.source ?? "deliveries";
  const window = Number.MAX_SAFE_INTEGER;
  return ArchiveWriter.open(
    { folder, source, baseUrls: [], isVerified: true, window, modes: modesOf(fileMode) },
    context,
  );
}

/** The records of a rejection: those that it names, or the lines of a body that could not be read. */
async function* recordsOf(rejection: Rejection | undefined): AsyncGenerator<Uint8Array> {
  for (const record of rejection?.records ?? []) yield bytesOf(record);
  if (rejection?.body === undefined) return;
  const body = Buffer.from(rejection.body, "base64");
  try {
    for await (const batch of readAuditRecordBatches(body))
      for (const { bytes, text, event } of batch) if (event !== undefined) yield bytes ?? Buffer.from(text);
  } catch {
    // A body that cannot be read to its end has no more records.
  }
}

function bytesOf({ text, bytes = "" }: RejectedRecord): Uint8Array {
  return text === undefined ? Buffer.from(bytes, "base64") : Buffer.from(text);
}
