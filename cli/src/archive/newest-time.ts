import { readAuditRecordBatches } from "konnect-audit-logs/records";
import { openSegment, type Segment } from "./segments.js";

/** The times of the records of a segment. */
export interface SegmentTimes {
  /** The newest time in ms since the epoch. Undefined if no record has one. */
  newest: number | undefined;
  /** Whether a record has no time. */
  hasUntimed: boolean;
}

/** Reads the times of a segment's records. Of a damaged segment, of those before the damage. */
export async function timesOf(segment: Segment): Promise<SegmentTimes> {
  const times: SegmentTimes = { newest: undefined, hasUntimed: false };
  const opened = await openSegment(segment);
  if (opened === undefined) return times;
  try {
    for await (const records of readAuditRecordBatches(opened.stream))
      for (const record of records) {
        const time = record.event?.time?.getTime();
        if (time === undefined) times.hasUntimed = true;
        else if (times.newest === undefined || time > times.newest) times.newest = time;
      }
  } catch {
    // What cannot be read counts as when the segment was closed.
    times.hasUntimed = true;
  }
  return times;
}
