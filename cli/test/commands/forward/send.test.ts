import timers from "node:timers/promises";
import { auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it, vi } from "vitest";
import { send as sendAll } from "../../../src/commands/forward/send.js";
import type { Target } from "../../../src/targets/target.js";
import { Busy, Refused } from "../../../src/targets/verdict.js";
import { itemsOf, limits } from "../../support/targets.js";

const items = itemsOf([...auditRecords(40)]);
const encode: Target["encode"] = ({ raw }) => raw;
const target = (send: Target["send"], maxItems = 10): Target => ({ maxItems, maxBytes: 1e6, encode, send });
const taken: Target["send"] = async (batch) => batch.map(() => "taken");

describe("send", () => {
  it("sends no more than the target takes at once, by records and by bytes", async () => {
    const sizes: number[] = [];
    const send: Target["send"] = async (batch) => {
      sizes.push(batch.length);
      return taken(batch);
    };
    await sendAll(items, target(send), limits().options);
    expect(sizes).toEqual([10, 10, 10, 10]);
    sizes.length = 0;
    const most = 4_000;
    const counted: Target["send"] = async (batch) => {
      const bytes = batch.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
      expect(bytes).toBeLessThanOrEqual(most);
      sizes.push(batch.length);
      return taken(batch);
    };
    // A control character takes six bytes in JSON.
    const grown = items.map((item) => ({ ...item, raw: `${item.raw}${"\u0001".repeat(200)}` }));
    const asJson: Target = {
      maxItems: 9,
      maxBytes: most,
      encode: ({ raw }) => JSON.stringify(raw),
      send: counted,
    };
    await sendAll(grown, asJson, limits().options);
    expect(sizes.reduce((a, b) => a + b)).toBe(40);
  });

  it("has several requests under way, and no more than it may", async () => {
    let now = 0;
    let most = 0;
    const send: Target["send"] = async (batch) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return taken(batch);
    };
    await sendAll(items, target(send, 2), { ...limits().options, concurrency: 3 });
    expect(most).toBe(3);
  });

  it("leaves out the record that the target names, and sends the others at once", async () => {
    const sent: number[] = [];
    const { options, dead } = limits();
    const send: Target["send"] = async (batch) => {
      sent.push(batch.length);
      const index = batch.findIndex(({ item: { id } }) => id === "id-3" || id === "id-6");
      if (index !== -1) throw new Refused("bad", index);
      return taken(batch);
    };
    await sendAll(items.slice(0, 10), target(send), { ...options, minTimeout: 60_000 });
    expect(sent).toEqual([10, 9, 8]);
    expect(dead().map(({ id }) => id)).toEqual(["id-3", "id-6"]);
  });

  it("halves a batch that is refused as a whole, also where the target names none of its records", async () => {
    const { options, dead } = limits();
    const send: Target["send"] = async (batch) => {
      if (batch.some(({ item: { id } }) => id === "id-3")) throw new Refused("bad", 99);
      return taken(batch);
    };
    await sendAll(items.slice(0, 10), target(send), options);
    expect(dead().map(({ id }) => id)).toEqual(["id-3"]);
  });

  it("retries only what was not accepted", async () => {
    const sent: string[][] = [];
    const send: Target["send"] = async (batch) => {
      sent.push(batch.map(({ item }) => item.id));
      return batch.map((_, i) => (sent.length === 1 && i === 1 ? "retry" : "taken"));
    };
    await sendAll(items.slice(0, 3), target(send), limits().options);
    expect(sent).toEqual([["id-0", "id-1", "id-2"], ["id-1"]]);
  });

  it("stops all its requests when one shows that nothing will work", async () => {
    let count = 0;
    const send: Target["send"] = async () => {
      if (++count === 3) throw new Error("wrong credential");
      throw new Busy("busy", 600_000);
    };
    await expect(sendAll(items, target(send), limits().options)).rejects.toThrow("wrong credential");
  });

  it("waits as long as a busy target asks, and no more than five minutes", async () => {
    const slept = vi.spyOn(timers, "setTimeout").mockResolvedValue(undefined);
    let attempt = 0;
    const send: Target["send"] = async (batch) => {
      attempt++;
      if (attempt <= 2) throw new Busy("busy", [0, 7_000, 2 ** 40][attempt]);
      return taken(batch);
    };
    await sendAll(items.slice(0, 3), target(send), limits().options);
    expect(slept.mock.calls.map(([ms]) => ms)).toEqual([7_000, 300_000]);
    slept.mockRestore();
  });

  it.each([0, 600_000])(
    "stops waiting when it is stopped, even after a request to wait for %i ms",
    async (ms) => {
      const stopped = new AbortController();
      const send: Target["send"] = async () => {
        setTimeout(() => stopped.abort(new Error("stopped")), 5);
        throw new Busy("busy", ms);
      };
      const options = { ...limits().options, minTimeout: 60_000, maxTimeout: 60_000, signal: stopped.signal };
      const forwarded = sendAll(items, target(send), options);
      await expect(forwarded).rejects.toThrow("stopped");
    },
  );
});
