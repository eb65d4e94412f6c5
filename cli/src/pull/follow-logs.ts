import { type AuditLog, type FollowOptions, followAuditLogs, type KonnectClient } from "konnect-audit-logs";
import type { Context } from "../context.js";
import type { EventType, FilterOptions, TimeOptions } from "../options/filters.js";
import type { KonnectOptions } from "../options/konnect.js";
import type { OutputOptions } from "../options/output.js";

/** The options of `pull` and `tail`. */
export interface PullOptions extends KonnectOptions, FilterOptions, TimeOptions, OutputOptions {
  follow?: true | undefined;
  out?: string | undefined;
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
