import { type AuditLog, type FollowOptions, followAuditLogs } from "konnect-audit-logs";
import type { Context } from "../../context.js";
import type { Connection } from "../../konnect/client.js";
import type { ArchiveOptions } from "../../options/archive.js";
import type { EventType, FilterOptions, TimeOptions } from "../../options/filters.js";
import type { KonnectOptions } from "../../options/konnect.js";
import type { OutputOptions } from "../../options/output.js";
import type { ServiceOptions } from "../../options/service.js";
import type { PullState } from "../../pulled/state.js";
import type { Health } from "../../service/health.js";

/** The options of `pull` and `tail`. */
export interface PullOptions
  extends KonnectOptions,
    FilterOptions,
    TimeOptions,
    OutputOptions,
    ServiceOptions,
    Partial<ArchiveOptions> {
  follow?: true | undefined;
  out?: string | undefined;
  folder?: string | undefined;
  append?: true | undefined;
  state?: string | undefined;
  pageSize: number;
  /** In ms. */
  poll: number;
}

/** What to follow. */
export type FollowLogsOptions = Pick<PullOptions, "pageSize" | "poll" | "type"> &
  Pick<FollowOptions, "since" | "until" | "checkpoint" | "onCheckpoint" | "onPoll">;

/** Follows Konnect's records. Konnect filters by type if only one is wanted. */
export function followLogs(
  { konnect, name }: Connection,
  { type, pageSize, poll, since, until, checkpoint, onCheckpoint, onPoll }: FollowLogsOptions,
  { log, signal }: Context,
  health: Health,
): AsyncIterable<AuditLog> {
  const { meter } = health;
  // Counted for /metrics.
  const counting: Pick<typeof konnect, "listAuditLogs" | "now"> = {
    now: () => konnect.now(),
    listAuditLogs(query, call) {
      const pages = konnect.listAuditLogs(query, call);
      pages.then(
        () => {
          meter.add("polls_total", 1, { result: "ok" });
          meter.set("last_poll_timestamp_seconds", Date.now() / 1_000);
          health.ready();
        },
        () => signal.aborted || meter.add("polls_total", 1, { result: "failed" }),
      );
      return pages;
    },
  };
  return followAuditLogs(counting, {
    since,
    until,
    type: apiType(type),
    "page[size]": pageSize,
    pollMs: poll,
    checkpoint,
    onCheckpoint,
    onPoll,
    signal,
    onForgotten: ({ count }) =>
      log.warn(
        `${name}: ${count} records of the last ten minutes may come again: there are too many to remember`,
      ),
    onLate: ({ since, until, count }) =>
      log.warn(
        `${name}: ${count} records came late and are missing: pull ${since.toISOString()} to ${until.toISOString()} again`,
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
