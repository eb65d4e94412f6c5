import { vi } from "vitest";
import { type FollowCheckpoint, type FollowOptions, followAuditLogs } from "../../../src/index.js";
import { clientOver } from "../../support/konnect.js";

export const NOW = Date.UTC(2026, 10, 20, 12);
export const MINUTE = 60_000;

/** A record, told apart by its number. */
export function log(number: number, at: number) {
  return { type: "authorization", ts: new Date(at).toISOString(), trace_id: `t${number}` };
}

interface Asked {
  since: number;
  until: number;
  size: string | null;
  type: string | null;
  after: string | null;
  /** When it was asked, in ms of fake time. */
  at: number;
}

/** A Konnect whose time is the fake one, and which answers what `answer` gives. */
export function scripted(answer: (asked: Asked, index: number) => Response | object[], sendsDate = true) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"], now: NOW });
  const asked: Asked[] = [];
  const { konnect } = clientOver((request) => {
    const { searchParams } = new URL(request.url);
    const time = (operator: string) => Date.parse(searchParams.get(`filter[ts][${operator}]`) ?? "");
    asked.push({
      since: time("gte"),
      until: time("lte"),
      size: searchParams.get("page[size]"),
      type: searchParams.get("filter[type]"),
      after: searchParams.get("page[after]"),
      at: Date.now() - NOW,
    });
    const given = answer(asked.at(-1)!, asked.length - 1);
    const headers: HeadersInit = sendsDate ? { date: new Date().toUTCString() } : {};
    if (!Array.isArray(given)) return given;
    return Response.json({ data: given, meta: { page: {} } }, { headers });
  });
  /** Follows, lets time pass until `requests` were made, then leaves. */
  const follow = async (requests: number, options: FollowOptions = {}) => {
    const controller = new AbortController();
    const taken: string[] = [];
    const checkpoints: FollowCheckpoint[] = [];
    const onCheckpoint = (checkpoint: FollowCheckpoint) => void checkpoints.push(checkpoint);
    const done = (async () => {
      const all = { onCheckpoint, ...options, signal: controller.signal };
      for await (const one of followAuditLogs(konnect, all))
        taken.push((one as { trace_id: string }).trace_id);
    })();
    const ended = done.then(
      () => "returned",
      (error: Error & { code: string }) => error.code,
    );
    while (asked.length < requests) await vi.advanceTimersByTimeAsync(1_000);
    controller.abort();
    await vi.advanceTimersByTimeAsync(1);
    return { end: await ended, taken, checkpoints };
  };
  return { konnect, asked, follow };
}
