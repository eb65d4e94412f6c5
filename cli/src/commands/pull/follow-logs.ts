import { type AuditLog, type FollowOptions, followAuditLogs, type KonnectClient } from "konnect-audit-logs";
import type { Context } from "../../context.js";
import type { ArchiveOptions } from "../../options/archive.js";
import type { EventType, FilterOptions, TimeOptions } from "../../options/filters.js";
import type { KonnectOptions } from "../../options/konnect.js";
import type { OutputOptions } from "../../options/output.js";
import type { PullState } from "../../pulled/state.js";

/** The options of `pull` and `tail`. */
export interface PullOptions
  extends KonnectOptions,
    FilterOptions,
    TimeOptions,
    OutputOptions,
    Partial<ArchiveOptions> {
  follow?: true | undefined;
  out?: string | undefined;
  folder?: string | undefined;
  append?: true | undefined;
  state?: string | undefined;
  pageSize: number;
  pollMs: number;
}

/** What to follow. */
export type FollowLogsOptions = Pick<PullOptions, "pageSize" | "pollMs" | "type"> &
  Pick<FollowOptions, "since" | "until" | "checkpoint" | "onCheckpoint">;

/** Follows Konnect's records. Konnect filters by type if only one is wanted. */
export function followLogs(
  konnect: KonnectClient,
  { type, pageSize, pollMs, since, until, checkpoint, onCheckpoint }: FollowLogsOptions,
  { log, signal }: Context,
): AsyncIterable<AuditLog> {
  return followAuditLogs(konnect, {
    since,
    until,
    type: apiType(type),
    "page[size]": pageSize,
    pollMs,
    checkpoint,
    onCheckpoint,
    signal,
    onForgotten: ({ count }) =>
      log.warn(`${count} records of the last ten minutes may come again: there are too many to remember`),
    onLate: ({ since, until, count }) =>
      log.warn(
        `${count} records came late and are missing: pull ${since.toISOString()} to ${until.toISOString()} again`,
      ),
  });
}

function apiType(types: readonly EventType[] | undefined) {
  const [type, ...others] = types ?? [];
  if (type === undefined || others.length > 0 || type === "unknown") return undefined;
  return type === "access" ? "gateway_access" : type;
}

/** How much of the window is settled, from 0 to 1. */
export function shareOf({ since, until, checkpoint }: PullState): number | undefined {
  if (until === undefined || checkpoint?.settled === undefined) return undefined;
  const [begin, end] = [Date.parse(since), Date.parse(until)];
  return Math.min(1, Math.max(0, (Date.parse(checkpoint.settled) - begin) / (end - begin)));
}
