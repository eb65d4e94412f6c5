import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { type AuditLog, fromPulledRecord } from "konnect-audit-logs";
import { modesOf, undefinedIfMissing } from "../../archive/files.js";
import { IdWindow } from "../../archive/id-window.js";
import { idsOfLines } from "../../archive/record-ids.js";
import type { SinkRecord } from "../../archive/sink.js";
import { ArchiveWriter } from "../../archive/writer.js";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { checkBaseUrl, OrganizationGuard } from "../../pulled/origin.js";
import { OutFile, type OutFileState } from "../../pulled/out-file.js";
import { pulledRecord } from "../../pulled/text.js";
import type { RecoverOptions } from "./options.js";

/** The file that pulled records go to, unless the options name another place. */
export const OUT = "gap.jsonl";
/** How many records are stored at a time. */
const BATCH = 1_000;

/** Where the pulled records of a gap go. Each is stored once, also by the next run for the same gap. */
export interface RecoveredStore {
  add(log: AuditLog): Promise<void>;
  /** Resolves when everything is durable, with the number of records that were new. */
  flush(): Promise<number>;
  close(): Promise<void>;
}

/** Opens the archive or the file that the options name. */
export async function openStore(
  options: RecoverOptions,
  baseUrl: string,
  context: Context,
): Promise<RecoveredStore> {
  const { folder, out } = options;
  if (folder === undefined) return openFile(out ?? OUT, options, baseUrl, context);
  if (out !== undefined) throw new ExitError(2, "--out and --folder cannot be combined: give one of them");
  const modes = modesOf(options.fileMode);
  const writer = await ArchiveWriter.open({ folder, source: "pull", baseUrls: [baseUrl], modes }, context);
  const guard = new OrganizationGuard(folder, writer.info.organization);
  return inBatches(
    guard,
    (records) => writer.append(records),
    () => writer.close(),
  );
}

/** The state of a file of recovered records. `recovered` tells it from that of a pull. */
interface RecoveredState extends OutFileState {
  recovered: true;
}

async function openFile(
  out: string,
  { append, state: folder, fileMode }: RecoverOptions,
  baseUrl: string,
  context: Context,
): Promise<RecoveredStore> {
  const modes = modesOf(fileMode);
  const {
    file,
    state: found,
    size,
  } = await OutFile.open({ out, state: folder, append, modes }, load, context);
  try {
    if (found !== undefined) checkBaseUrl(out, found, baseUrl);
    const state: RecoveredState = found ?? { recovered: true, size };
    state.baseUrl = baseUrl;
    await file.begin(out, state);
    const ids = await idsOf(out);
    const guard = new OrganizationGuard(out, state.organization);
    const store = async (records: readonly SinkRecord[]) => {
      const fresh = records.filter(({ id }) => !ids.has(id));
      state.organization = guard.organization;
      await file.append(
        fresh.map(({ bytes }) => `${Buffer.from(bytes)}\n`),
        state,
      );
      for (const { id } of fresh) ids.add(id);
      return fresh.length;
    };
    return inBatches(guard, store, () => file.close());
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function load(path: string): Promise<RecoveredState | undefined> {
  const text = await readFile(path, "utf8").catch(undefinedIfMissing);
  if (text === undefined) return undefined;
  try {
    const state: RecoveredState = JSON.parse(text);
    if (state.recovered === true && Number.isSafeInteger(state.size)) return state;
  } catch {
    // Said below.
  }
  throw new ExitError(2, `${path} is not the checkpoint of a recovery: recover into another file`);
}

/** The ids of the lines of a file. */
async function idsOf(path: string): Promise<IdWindow> {
  const ids = new IdWindow(Number.MAX_SAFE_INTEGER);
  const { words, damage } = await idsOfLines(createReadStream(path));
  if (damage !== undefined) throw damage;
  ids.addWords(words);
  return ids;
}

function inBatches(
  guard: OrganizationGuard,
  store: (records: readonly SinkRecord[]) => Promise<number>,
  close: () => Promise<void>,
): RecoveredStore {
  // By id, so that a record that Konnect returns twice is stored once.
  let batch = new Map<string, SinkRecord>();
  let fresh = 0;
  const flush = async () => {
    fresh += await store([...batch.values()]);
    batch = new Map();
    return fresh;
  };
  return {
    flush,
    close,
    async add(log) {
      const event = fromPulledRecord(log);
      guard.check(event);
      const record = pulledRecord(log, event);
      batch.set(record.id, record);
      if (batch.size >= BATCH) await flush();
    },
  };
}
