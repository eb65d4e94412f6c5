import type { ReaderProgress } from "./positions.js";

/** A closed file that retention may delete. */
export interface Candidate {
  path: string;
  bytes: number;
  /** The newest record, in ms since the epoch, as far as it is known. */
  newest: number | undefined;
  /** The number of a segment. Undefined for a file of rejections, which has no readers. */
  segment?: number | undefined;
}

/** What retention has to decide by. */
export interface RetentionFacts {
  /** Oldest first. */
  rejected: readonly Candidate[];
  segments: readonly Candidate[];
  /** The bytes of everything that `maxBytes` counts, open files too. */
  totalBytes: number;
  /** This machine's clock, and the newest record of the archive, in ms since the epoch. */
  clock: number;
  newestRecord: number | undefined;
  readers: readonly ReaderProgress[];
}

/** What may be kept. */
export interface RetentionLimits {
  keepMs?: number | undefined;
  maxBytes?: number | undefined;
  /** Ages count by the clock alone. */
  keepSilent?: boolean | undefined;
}

/** What to delete, and what would be deleted but for a reader. */
export interface RetentionPlan {
  deletions: { path: string; bytes: number; newest: number | undefined; why: string }[];
  held: { reader: string; bytes: number; segments: number }[];
  /** By how much the clock is ahead of the newest record, in ms, if that is why nothing is deleted by age. */
  clockAheadMs: number | undefined;
}

/**
 * Decides what to delete. Age counts by the records, because a clock that jumps must not delete an archive: the age of a
 * segment is min(clock, newest record of the archive) minus its own newest record.
 */
export function planRetention(facts: RetentionFacts, limits: RetentionLimits): RetentionPlan {
  const { rejected, segments, clock, newestRecord = clock, readers } = facts;
  const {
    keepMs = Number.POSITIVE_INFINITY,
    maxBytes = Number.POSITIVE_INFINITY,
    keepSilent = false,
  } = limits;
  const ahead = clock - newestRecord;
  const isAhead = !keepSilent && keepMs !== Number.POSITIVE_INFINITY && ahead > keepMs;
  const now = keepSilent ? clock : Math.min(clock, newestRecord);
  const isOld = ({ newest }: Candidate) =>
    !isAhead && newest !== undefined && now - Math.min(newest, clock) > keepMs;
  const plan: RetentionPlan = { deletions: [], held: [], clockAheadMs: isAhead ? ahead : undefined };
  let total = facts.totalBytes;
  // Rejections go first: they must not push out records.
  for (const candidate of [...rejected, ...segments]) {
    const isTooMuch = total > maxBytes;
    if (!isOld(candidate) && !isTooMuch) continue;
    const { path, bytes, newest, segment } = candidate;
    const waiting = readers.filter((reader) => segment !== undefined && segment >= reader.segment);
    for (const { reader } of waiting) addHeld(plan, reader, bytes);
    if (waiting.length > 0) continue;
    const why = isOld(candidate) ? "it is older than --keep" : "the folder has more than --max-bytes";
    plan.deletions.push({ path, bytes, newest, why });
    total -= bytes;
  }
  return plan;
}

function addHeld({ held }: RetentionPlan, reader: string, bytes: number): void {
  const known = held.find((one) => one.reader === reader);
  if (known === undefined) held.push({ reader, bytes, segments: 1 });
  else {
    known.bytes += bytes;
    known.segments++;
  }
}
