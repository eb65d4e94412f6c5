import { describe, expect, it, vi } from "vitest";
import { start } from "./support.js";

describe("delivery", () => {
  it("retries a batch after a 500, a 429 and a lost connection, four times", async () => {
    const { listener, konnect, enable } = await start({ statuses: [500, 429, 0, 500] });
    await enable();
    await konnect.listControlPlanes();
    const arrivals = await listener.batches(5);
    expect(new Set(arrivals.map(({ lines }) => lines.join("\n"))).size).toBe(1);
    const waits = arrivals.slice(1).map(({ at }, i) => at - arrivals[i]!.at);
    expect(waits[3]).toBeGreaterThanOrEqual(7);
  });

  it("gives a batch up after four retries, and at once after another status", async () => {
    const { listener, konnect, enable } = await start({ statuses: [500, 500, 500, 500, 500, 503] });
    await enable();
    await konnect.listControlPlanes({ "page[size]": 1 });
    await listener.batches(5);
    await konnect.listControlPlanes({ "page[size]": 2 });
    await listener.batches(6);
    await konnect.listControlPlanes({ "page[size]": 3 });
    const arrivals = await listener.batches(7);
    const batches = arrivals.map(({ lines }) => lines.join("\n"));
    expect(new Set(batches.slice(0, 5)).size).toBe(1);
    expect(new Set(batches).size).toBe(3);
  });

  it("names the compression as Konnect's documentation does, by option", async () => {
    const { listener, konnect, enable } = await start({ contentEncoding: "application/gzip" });
    await enable();
    await konnect.listControlPlanes();
    const [arrival] = await listener.batches(1);
    expect(arrival?.headers["content-encoding"]).toBe("application/gzip");
  });

  it("is not affected by a replaced fetch", async () => {
    const { listener, konnect, enable } = await start();
    await enable();
    const fetched = vi.spyOn(globalThis, "fetch");
    await konnect.listControlPlanes();
    await listener.batches(1);
    expect(fetched.mock.calls.every(([url]) => String(url).startsWith("http://127.0.0.1"))).toBe(true);
    expect(fetched).toHaveBeenCalledTimes(1);
  });
});
