import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ReceivedRecord } from "../../src/receiver/index.js";
import { createVerifier } from "../../src/signature/index.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";
import { gzip, start } from "./support.js";

const signer = createSigner("limits");
const verifier = createVerifier({ keys: signer.jwks });
const good = auditRecord({ signer });
const never = () => new Promise<never>(() => {});

describe("a record that can never be verified", () => {
  const pulled = JSON.stringify({ ts: "2026-11-25T10:00:00Z", type: "authorization", signature: "x" });
  it.each([
    ["a pulled record", pulled],
    ["one with escaped names", '{"\\u0074s":"x","type":"y"}'],
    ["one that is signed", signer.sign(pulled).replace(/"sig":"...../, '"sig":"AAAAA')],
  ])("does not poison its batch: %s", async (_, line) => {
    const { post, batches, rejected } = await start({ verifier, requireValid: true });
    expect((await post(gzip([good, line, good]))).status).toBe(204);
    expect(batches[0]?.records.map(({ text }) => text)).toEqual([good, good]);
    expect(rejected[0]?.records?.map(({ text }) => text)).toEqual([line]);
  });

  it("does not hide that keys cannot be had: then the batch has to come again", async () => {
    const down = createVerifier({ keys: () => Promise.reject(new Error("keys are down")) });
    const { post, batches, rejected, warnings } = await start({ verifier: down, requireValid: true });
    expect((await post(gzip([pulled, good, pulled]))).status).toBe(500);
    expect([...batches, ...rejected]).toEqual([]);
    expect(warnings.join()).toMatch(/keys_unavailable: keys are down/);
  });
});

describe("a large batch", () => {
  const many = 200_000;
  const bodies: [string, string][] = [
    ["x", "x\n".repeat(many)],
    ["cut CEF", "CEF:0|\n".repeat(many)],
    ["cut JSON", "{\n".repeat(many)],
  ];

  /** The longest time that the event loop was held, in turns of other work that got no chance meanwhile. */
  function turns() {
    let count = 0;
    let isOver = false;
    const next = () => {
      count++;
      if (!isOver) setImmediate(next);
    };
    next();
    return () => {
      isOver = true;
      return count;
    };
  }

  it.each(bodies)(
    "lets others have their turn while it is split, filtered and verified: %s",
    async (_, text) => {
      const { post, rejected, receiver } = await start({ verifier, requireValid: true, filter: () => true });
      const stop = turns();
      expect((await post(gzipSync(text))).status).toBe(204);
      // In slices of 1,000 records, three times over them.
      expect(stop()).toBeGreaterThan(500);
      expect(rejected[0]?.records).toHaveLength(many);
      expect(receiver.stats().rejected).toBe(1);
    },
  );

  it("keeps neither the events that only the filter looked at, nor errors", async () => {
    const seen: unknown[] = [];
    const { post, batches } = await start({ filter: (event) => seen.push(event) > 0 });
    await post(gzip([good, "garbage"]));
    const [record, garbage] = batches[0]!.records as [ReceivedRecord, ReceivedRecord];
    expect(seen).toHaveLength(1);
    expect(record.event).not.toBe(seen[0]);
    expect(record.event).toEqual(seen[0]);
    expect(record.event).toBe(record.event);
    expect(garbage.event).toBeUndefined();
    expect(garbage.error).not.toBe(garbage.error);
    expect(garbage.error).toMatchObject({ reason: "no_record", stack: expect.stringContaining("\n") });
  });

  it("parts good from bad in one pass", async () => {
    const { post, batches, rejected } = await start({ verifier, requireValid: true });
    const lines = Array.from({ length: 30_000 }, (_, i) => (i % 10_000 === 0 ? good : `x${i}`));
    expect((await post(gzip(lines))).status).toBe(204);
    expect(batches[0]?.records).toHaveLength(3);
    expect(rejected[0]?.records?.map(({ text }) => text)).toEqual(lines.filter((line) => line !== good));
  });
});

describe("handlerTimeoutMs", () => {
  it("covers verification: a key function that never settles gives its place back", async () => {
    const stuck = createVerifier({ keys: never });
    for (const requireValid of [true, false]) {
      const { post, receiver, warnings, batches } = await start({
        verifier: stuck,
        requireValid,
        maxConcurrent: 1,
        handlerTimeoutMs: 30,
      });
      for (let i = 0; i < 3; i++) expect((await post(gzip([good]))).status).toBe(500);
      expect(receiver.stats()).toMatchObject({ active: 0, answers: { 500: 3 } });
      expect(warnings.join()).toMatch(/verification took longer than 30 ms/);
      expect(batches).toEqual([]);
      await receiver.drain();
    }
  });

  it("covers onRejected, whose place is kept until it ends", async () => {
    let finish = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { post, receiver, warnings } = await start({
      maxConcurrent: 1,
      maxBodyBytes: 100,
      handlerTimeoutMs: 1_000,
      onRejected: () => gate,
    });
    expect((await post("x".repeat(200), { "content-encoding": "" })).status).toBe(500);
    expect(warnings.join()).toMatch(/onRejected took longer than 1000 ms/);
    expect(receiver.stats().overdue).toBe(1);
    expect((await post("x", { "content-encoding": "" })).status).toBe(429);
    finish();
    await expect.poll(() => receiver.stats().overdue).toBe(0);
    expect((await post("x", { "content-encoding": "" })).status).toBe(204);
  });
});
