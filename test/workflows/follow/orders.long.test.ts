import { describe, expect, it } from "vitest";
import {
  type AuditLog,
  type FollowCheckpoint,
  followAuditLogs,
  type ListAuditLogsQuery,
} from "../../../src/index.js";
import { Random } from "../../../src/testing/random.js";

const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 10, 20);
const RECORDS = 1_500;
const LATE = 300_000;

interface Kept {
  at: number;
  readableAt: number;
  rank: number;
  log: AuditLog;
}

/** A Konnect that lists in any order, with cursors that are offsets: they shift while records become readable. */
class AnyKonnect {
  time = BEGIN;
  readonly records: Kept[];

  constructor(
    readonly random: Random,
    readonly order: "newest" | "oldest" | "random",
    readonly tellsTime: boolean,
  ) {
    this.records = Array.from({ length: RECORDS }, (_, i) => {
      const at = BEGIN + Math.floor((i / RECORDS) * 2 * HOUR);
      const readableAt = at + (random.next() < 0.3 ? Math.floor(random.next() * LATE) : 0);
      const log = { type: "authorization", ts: new Date(at).toISOString(), trace_id: `t${i}` } as AuditLog;
      const rank = order === "random" ? random.next() : order === "newest" ? -at : at;
      return { at, readableAt, rank, log };
    }).sort((a, b) => a.rank - b.rank);
  }

  now(): number | undefined {
    return this.tellsTime ? Math.floor(this.time / 1_000) * 1_000 + 999 : undefined;
  }

  async listAuditLogs(query: ListAuditLogsQuery) {
    this.time += Math.floor(this.random.next() * 240_000);
    const since = Date.parse((query.since as string) ?? "1970-01-01");
    const until = query.until === undefined ? this.time : Date.parse(query.until as string);
    const found = this.records.filter(
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

const text = ({ trace_id }: { trace_id?: string }) => trace_id!;

describe.each([
  ["newest", true],
  ["newest", false],
  ["oldest", true],
  ["oldest", false],
  ["random", true],
  ["random", false],
] as const)("a Konnect that lists the %s first, and tells its time: %s", (order, tellsTime) => {
  it("loses nothing and repeats nothing, also across kills", async () => {
    for (let seed = 0; seed < 12; seed++) {
      const random = new Random(`${order} ${tellsTime} ${seed}`);
      const konnect = new AnyKonnect(random, order, tellsTime);
      let checkpoint: FollowCheckpoint | undefined;
      let covered = 0;
      let taken: string[] = [];
      // Without a clock there is no end: it is left when a while has passed after the last record.
      const isOver = () => konnect.time > BEGIN + 5 * HOUR && taken.length >= RECORDS;
      while (!isOver() && konnect.time < BEGIN + 200 * HOUR) {
        const controller = new AbortController();
        const logs = followAuditLogs(konnect as never, {
          since: new Date(BEGIN),
          "page[size]": random.pick([100, 200, 1_000]),
          pollMs: 0,
          ...(checkpoint && { checkpoint }),
          signal: controller.signal,
          onCheckpoint(stored) {
            checkpoint = JSON.parse(JSON.stringify(stored));
            covered = taken.length;
            if (isOver() || konnect.time > BEGIN + 200 * HOUR) controller.abort();
          },
        });
        try {
          for await (const log of logs) {
            taken.push(text(log as { trace_id?: string }));
            if (random.next() < 0.001) {
              // Killed: what the last checkpoint does not cover was not stored.
              taken = taken.slice(0, covered);
              break;
            }
          }
        } catch (error) {
          if (!controller.signal.aborted) throw error;
        }
      }
      expect(new Set(taken).size, `seed ${seed}`).toBe(RECORDS);
      expect(taken, `seed ${seed}`).toHaveLength(RECORDS);
    }
  });
});
