import { describe, expect, it } from "vitest";
import type { JsonWebKeySet } from "../../src/signature/index.js";
import { KeySource } from "../../src/signature/key-source.js";
import { createSigner } from "../../src/testing/index.js";

const DAY = 24 * 3_600_000;
const { jwks } = createSigner("source");

/** A source whose clock and fetches the test moves. */
function source() {
  const pending: { answer(keys: JsonWebKeySet): void; fail(error: Error): void }[] = [];
  const state = { time: 0 };
  const keys = new KeySource(
    () => new Promise((answer, fail) => void pending.push({ answer, fail })),
    () => state.time,
    { maxAgeMs: 600_000, staleMs: DAY },
  );
  /** Answers the next fetch, once it has begun. */
  const answer = async (given: JsonWebKeySet | Error = jwks) => {
    while (pending.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const next = pending.shift()!;
    if (given instanceof Error) next.fail(given);
    else next.answer(given);
  };
  return { keys, pending, state, answer };
}
const settled = async () => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe("keys newer than a fetch", () => {
  it("are those of a later fetch that is done, without another one", async () => {
    const { keys, pending, answer } = source();
    const first = keys.current();
    await answer();
    await first;
    expect(keys.generation).toBe(1);
    expect(await keys.newerThan(0)).toMatchObject({ status: "fetched", keys: { generation: 1 } });
    expect(pending).toEqual([]);
  });

  it("are those of a later fetch that runs", async () => {
    const { keys, pending, answer } = source();
    const first = keys.current();
    const newer = keys.newerThan(0);
    await settled();
    expect(pending).toHaveLength(1);
    await answer();
    expect(await newer).toMatchObject({ status: "fetched", keys: { generation: 1 } });
    await first;
  });

  it("are never those of the fetch that ran already: that one is waited for, and another one begun", async () => {
    const { keys, pending, state, answer } = source();
    void keys.current();
    await settled();
    expect(keys.generation).toBe(1);
    const newer = keys.newerThan(1);
    await settled();
    expect(pending).toHaveLength(1);
    state.time = 30_000;
    await answer();
    await answer();
    expect(await newer).toMatchObject({ status: "fetched", keys: { generation: 2 } });
    expect(keys.generation).toBe(2);
  });

  it("cannot be had within 30 s of the last fetch", async () => {
    const { keys, state, answer } = source();
    const first = keys.current();
    await answer();
    await first;
    state.time = 29_999;
    expect(await keys.newerThan(1)).toEqual({ status: "too_soon" });
    state.time = 30_000;
    const newer = keys.newerThan(1);
    await answer(new Error("down"));
    expect(await newer).toMatchObject({ status: "failed", cause: { message: "down" } });
    expect(keys.failure).toMatchObject({ message: "down" });
  });
});

describe("the current keys", () => {
  it("are used for a day if no fetch succeeds, and not a moment longer", async () => {
    const { keys, state, answer } = source();
    const first = keys.current();
    await answer();
    expect(await first).toMatchObject({ generation: 1 });
    // The clock has moved on by a day when this fetch fails.
    state.time = DAY - 1;
    const later = keys.current();
    await answer(new Error("down"));
    expect(await later).toMatchObject({ generation: 1 });
    state.time = DAY;
    expect(await keys.current()).toBeUndefined();
  });

  it("are fetched again when the clock was set back", async () => {
    const { keys, state, answer, pending } = source();
    state.time = 1_000;
    const first = keys.current();
    await answer();
    await first;
    state.time = 0;
    const again = keys.current();
    await settled();
    expect(pending).toHaveLength(1);
    await answer();
    expect(await again).toMatchObject({ generation: 2, fetchedAt: 0 });
  });
});
