import * as z from "zod/mini";
import type { ListAuditLogsQuery } from "../../client/api/requests.js";
import { check } from "../../client/api/validate.js";

/** The position of a follow. Plain data: store it, and pass it back unchanged. */
export interface FollowCheckpoint {
  version: 2;
  /** Everything before this time was yielded, and nothing else becomes readable there (RFC 3339). Absent before the first window. */
  settled?: string | undefined;
  /** The next page of an unfinished window. */
  next?: ListAuditLogsQuery | undefined;
  /** The value of `settled` once that window is done. */
  settles?: string | undefined;
  /** The ids of the records since `settled`: for each span of ten seconds, ten characters per record. */
  seen: Record<string, string>;
  /** Everything since this time was followed, in ms. Late records are only looked for after it. */
  coveredSince?: number | undefined;
  /** The number of records per span of `overlapMs`. Empty without `onLate`. */
  counts: Record<string, number>;
  /** When late records were last looked for, in ms. */
  lateCheckedAt?: number | undefined;
}

const followCheckpoint = z.looseObject({
  version: z.literal(2, { error: "must be 2: it comes from another version of this package" }),
  settled: z.optional(z.string()),
  next: z.optional(z.looseObject({})),
  settles: z.optional(z.string()),
  seen: z.record(z.string(), z.string()),
  coveredSince: z.optional(z.number()),
  counts: z.record(z.string(), z.number()),
  lateCheckedAt: z.optional(z.number()),
});

/** A copy of the given checkpoint, or a new one. */
export function openCheckpoint(given: FollowCheckpoint | undefined): FollowCheckpoint {
  if (given === undefined) return { version: 2, seen: {}, counts: {} };
  return structuredClone(check(followCheckpoint, given, "invalid_input", "followAuditLogs: checkpoint"));
}
