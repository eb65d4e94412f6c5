import type { ReceivedRecord } from "konnect-audit-logs/receiver";
import type { FilterOptions } from "../../options/filters.js";
import type { OutputOptions } from "../../options/output.js";
import { createEventWriter, type EventWriter } from "../../output/event-writer.js";
import { createFilter } from "../../query/filter.js";

/** Prints the records of a batch. */
export interface Show {
  (records: readonly ReceivedRecord[]): Promise<void>;
  writer: EventWriter;
}

/** Prints records: on a terminal, with `--stdout`, and with an option that chooses what is printed. */
export function createShow(
  options: FilterOptions & OutputOptions & { stdout?: true | undefined },
  isVerified: boolean,
): Show | undefined {
  const filter = createFilter(options);
  const { stdout, output, columns, limit } = options;
  const isWanted = stdout || [output, columns, limit, filter].some((option) => option !== undefined);
  if (!isWanted && !process.stdout.isTTY) return undefined;
  const writer = createEventWriter({ ...options, isVerified });
  const show = async (records: readonly ReceivedRecord[]) => {
    // Downwards in time, as far as a batch goes; what has no time comes last.
    const timeOf = ({ event }: ReceivedRecord) => event?.time?.getTime() ?? Number.MAX_SAFE_INTEGER;
    const sorted = [...records].sort((a, b) => timeOf(a) - timeOf(b));
    for (const { bytes, event, verification } of sorted) {
      if (filter && (event === undefined || !filter(event))) continue;
      await writer.write({ raw: bytes, event, verification });
    }
    await writer.flush();
  };
  return Object.assign(show, { writer });
}
