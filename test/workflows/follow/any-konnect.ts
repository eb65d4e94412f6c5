import {
  type AuditLog,
  type FollowCheckpoint,
  followAuditLogs,
  type ListAuditLogsQuery,
} from "../../../src/index.js";
import type { Random } from "../../../src/testing/random.js";

const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 10, 20);
/** How late a record becomes readable at most, and how much of Konnect's time a request takes, in ms. */
const LATE = 300_000;
const STEP = 240_000;

/** In which order a Konnect lists, whether it tells its time, and its records. */
export interface Habits {
  order: "newest" | "oldest" | "random";
  tellsTime: boolean;
  records: number;
  /** The time over which they spread, in ms. */
  spanMs: number;
}

export const ORDERS = (["newest", "oldest", "random"] as const).flatMap((order) =>
  [true, false].map((tellsTime) => ({ order, tellsTime })),
);

interface Kept {
  at: number;
  readableAt: number;
  rank: number;
  log: AuditLog;
}

/** A Konnect that lists in any order, with cursors that are offsets: they shift while records become readable. */
export class AnyKonnect {
  time = BEGIN;
  /** Called with each request. */
  onRequest = () => {};
  readonly #records: Kept[];

  constructor(
    readonly random: Random,
    readonly habits: Habits,
  ) {
    const { order, records, spanMs } = habits;
    this.#records = Array.from({ length: records }, (_, i) => {
      const at = BEGIN + Math.floor((i / records) * spanMs);
      const readableAt = at + (random.next() < 0.3 ? Math.floor(random.next() * LATE) : 0);
      const log = { type: "authorization", ts: new Date(at).toISOString(), trace_id: `t${i}` } as AuditLog;
      const rank = order === "random" ? random.next() : order === "newest" ? -at : at;
      return { at, readableAt, rank, log };
    }).sort((a, b) => a.rank - b.rank);
  }

  now(): number | undefined {
    return this.habits.tellsTime ? Math.floor(this.time / 1_000) * 1_000 + 999 : undefined;
  }

  async listAuditLogs(query: ListAuditLogsQuery) {
    this.onRequest();
    const { spanMs } = this.habits;
    // Slower while records come in, so that many requests see some of them.
    const step = this.time < BEGIN + spanMs ? Math.min(STEP, spanMs / 20) : STEP;
    this.time += Math.floor(this.random.next() * step);
    const since = Date.parse((query.since as string) ?? "1970-01-01");
    const until = query.until === undefined ? this.time : Date.parse(query.until as string);
    const found = this.#records.filter(
      ({ at, readableAt }) => at >= since && at <= until && readableAt <= this.time,
    );
    const size = query["page[size]"] ?? 20;
    // An offset, of which some are given again when records came in before it.
    const start = Math.max(0, Number(query["page[after]"] ?? 0) - (query["page[after]"] ? 60 : 0));
    const data = found.slice(start, start + size).map(({ log }) => log);
    const end = start + size;
    return { data, meta: {}, ...(end < found.length && { next: { ...query, "page[after]": String(end) } }) };
  }
}

/** Follows a Konnect until a while after its last record, and is killed now and then. Returns the records as they were stored. */
export async function followAll(konnect: AnyKonnect): Promise<string[]> {
  const { random, habits } = konnect;
  let checkpoint: FollowCheckpoint | undefined;
  let covered = 0;
  let taken: string[] = [];
  const hasGivenUp = () => konnect.time > BEGIN + habits.spanMs + 200 * HOUR;
  // Without a clock there is no end: it is left when a while has passed after the last record.
  const isOver = () =>
    hasGivenUp() || (konnect.time > BEGIN + habits.spanMs + 3 * HOUR && taken.length >= habits.records);
  while (!isOver()) {
    const controller = new AbortController();
    konnect.onRequest = () => {
      if (isOver()) controller.abort();
    };
    const logs = followAuditLogs(konnect as never, {
      since: new Date(BEGIN),
      "page[size]": random.pick([100, 200, 1_000]),
      pollMs: 0,
      ...(checkpoint && { checkpoint }),
      signal: controller.signal,
      onCheckpoint(stored) {
        checkpoint = JSON.parse(JSON.stringify(stored));
        covered = taken.length;
      },
    });
    try {
      for await (const log of logs) {
        taken.push((log as { trace_id?: string }).trace_id!);
        if (random.next() < 1.5 / habits.records) {
          // Killed: what the last checkpoint does not cover was not stored.
          taken = taken.slice(0, covered);
          break;
        }
      }
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
  }
  return taken;
}
