import * as z from "zod";
import type { ListAuditLogsQuery } from "../../client/api/requests.js";
import { check } from "../../client/api/validate.js";

/** Where a follow stands: plain data, to be stored and handed back as it is. */
export interface FollowCheckpoint {
  version: 1;
  /** Up to here all windows are done (RFC 3339); absent before the first. */
  settled?: string | undefined;
  /** The page that comes next in a window that is not done. */
  next?: ListAuditLogsQuery | undefined;
  /** Ids of records given within the overlap or the open window, with their time in ms. */
  seen: Record<string, number>;
  /** From here on everything was followed, in ms: what late records are looked for behind. */
  coveredSince?: number | undefined;
  /** How many records were given, by span of the overlap's length. */
  counts: Record<string, number>;
  /** When late records were last looked for, in ms. */
  lateCheckedAt?: number | undefined;
}

const followCheckpoint = z.looseObject({
  version: z.literal(1, { error: "is of another version of this package" }),
  settled: z.string().optional(),
  next: z.looseObject({}).optional(),
  seen: z.record(z.string(), z.number()),
  coveredSince: z.number().optional(),
  counts: z.record(z.string(), z.number()),
  lateCheckedAt: z.number().optional(),
});

/** A checkpoint of one's own to go on with; what was handed in is not changed. */
export function openCheckpoint(given: FollowCheckpoint | undefined): FollowCheckpoint {
  if (given === undefined) return { version: 1, seen: {}, counts: {} };
  return structuredClone(check(followCheckpoint, given, "invalid_input", "followAuditLogs: checkpoint"));
}
