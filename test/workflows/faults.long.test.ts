import { expect, it } from "vitest";
import { ensureWebhook, KonnectError, teardown } from "../../src/index.js";
import type { Fault } from "../../src/testing/index.js";
import { namesOf, start } from "./support.js";

/** A row of numbers between 0 and 1 that is always the same (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const RUNS = Number(process.env.RUNS ?? 1000);
const SEED = Number(process.env.SEED ?? 1);

it(`${RUNS} runs under faults end, each after a clean run, with one destination and one enabled webhook, or none`, async () => {
  const next = random(SEED);
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(next() * choices.length)]!;
  const fault = (): Fault => ({
    ...pick<Fault>(
      { status: pick(500, 502, 503, 504) },
      { status: pick(403, 404, 409) },
      { status: 429, retryAfter: 0 },
      { status: 500, html: true },
      { reset: true },
      { truncate: true },
      { html: true },
    ),
    ...pick<Fault>({}, {}, { method: pick("GET", "POST", "PATCH", "DELETE") }),
    effect: pick("before", "after"),
    times: pick(1, 1, 2, 6),
  });
  const { server, client, wanted } = await start();
  const konnect = client();
  const hasty = client({ timeoutMs: 5_000 });
  const outcomes = { done: 0, failed: 0, aborted: 0 };
  for (let run = 0; run < RUNS; run++) {
    for (let i = pick(1, 2, 3, 4); i > 0; i--) server.fault(fault());
    const setsUp = pick(true, true, false);
    const controller = new AbortController();
    if (next() < 0.2) setTimeout(() => controller.abort(), Math.floor(next() * 12));
    const { signal } = controller;
    const job = (on: typeof konnect, more: { signal?: AbortSignal } = {}) =>
      setsUp
        ? ensureWebhook(on, { ...wanted, ...more })
        : teardown(on, { name: wanted.name, pollMs: 1, timeoutMs: 500, ...more });
    try {
      await job(hasty, { signal });
      outcomes.done++;
    } catch (error) {
      expect(error, `run ${run}`).toBeInstanceOf(KonnectError);
      if ((error as KonnectError).code === "aborted") outcomes.aborted++;
      else outcomes.failed++;
    }
    server.clearFaults();

    await job(konnect);
    const names = await namesOf(konnect);
    const webhook = await konnect.getWebhook();
    expect({ names, enabled: webhook.enabled }, `run ${run} of seed ${SEED}`).toEqual(
      setsUp ? { names: ["SIEM"], enabled: true } : { names: [], enabled: false },
    );
  }
  // The faults were felt, and did not stop everything.
  for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(RUNS / 50);
}, 120_000);
