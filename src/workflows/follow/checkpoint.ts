import * as z from "zod";
import type { ListAuditLogsQuery } from "../../client/api/requests.js";
import { check } from "../../client/api/validate.js";

/** The position of a follow. Plain data: store it, and pass it back unchanged. */
export interface FollowCheckpoint {
  version: 1;
  /** Every window up to this time is done (RFC 3339). Absent before the first. */
  settled?: string | undefined;
  /** The next page of an unfinished window. */
  next?: ListAuditLogsQuery | undefined;
  /** The ids of the records within the overlap or the open window, with their time in ms. */
  seen: Record<string, number>;
  /** Everything since this time was followed, in ms. Late records are only looked for after it. */
  coveredSince?: number | undefined;
  /** The number of records per span of `overlapMs`. */
  counts: Record<string, number>;
  /** When late records were last looked for, in ms. */
  lateCheckedAt?: number | undefined;
}

const followCheckpoint = z.looseObject({
  version: z.literal(1, { error: "must be 1: it comes from another version of this package" }),
  settled: z.string().optional(),
  next: z.looseObject({}).optional(),
  seen: z.record(z.string(), z.number()),
  coveredSince: z.number().optional(),
  counts: z.record(z.string(), z.number()),
  lateCheckedAt: z.number().optional(),
});

/** A copy of the given checkpoint, or a new one. */
export function openCheckpoint(given: FollowCheckpoint | undefined): FollowCheckpoint {
  if (given === undefined) return { version: 1, seen: {}, counts: {} };
  return structuredClone(check(followCheckpoint, given, "invalid_input", "followAuditLogs: checkpoint"));
}
