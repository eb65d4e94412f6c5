import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { KonnectClient } from "../../src/index.js";
import { sleep } from "../../src/shared/abort.js";
import { clientOver, rejection, useNock } from "../support/konnect.js";

useNock();
afterEach(() => void vi.useRealTimers());

const get = (konnect: KonnectClient) => konnect.getSigningKeys();

describe("how long it waits", () => {
  /** The waits between attempts, in ms of fake time, of a call that never succeeds. */
  async function waits(
    headers: HeadersInit = {},
    options: Parameters<typeof clientOver>[1] = {},
  ): Promise<number[]> {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: Date.UTC(2026, 0, 1) });
    const at: number[] = [];
    const { konnect } = clientOver(
      () => {
        at.push(Date.now());
        return new Response("", { status: 503, headers });
      },
      { retry: {}, ...options },
    );
    const done = rejection(get(konnect));
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(await done).toMatchObject({ code: "api" });
    expect(vi.getTimerCount()).toBe(0);
    return at.slice(1).map((time, i) => time - at[i]!);
  }

  it.each([
    [0, [1_000, 2_000, 4_000, 8_000]],
    [0.999, [1_999, 3_998, 7_996, 15_992]],
  ])("doubles, from a second on, with jitter (random %d)", async (random, expected) => {
    vi.spyOn(Math, "random").mockReturnValue(random);
    expect((await waits()).map(Math.floor)).toEqual(expected.map((ms) => expect.closeTo(ms, -1)));
  });

  it("never exceeds 30 s", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.9999);
    expect(Math.max(...(await waits({}, { retry: { retries: 8 } })))).toBeLessThanOrEqual(30_000);
  });

  it("keeps to the bounds of the options", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    expect(await waits({}, { retry: { minTimeout: 10, maxTimeout: 50 } })).toEqual(
      [15, 30, 50, 50].map((ms) => expect.closeTo(ms, -1)),
    );
  });

  it.each([
    ["seconds", { "retry-after": "7" }],
    [
      "a date, by the server's clock",
      { "retry-after": "Tue, 03 Jun 2036 10:00:07 GMT", date: "Tue, 03 Jun 2036 10:00:00 GMT" },
    ],
    ["a date, by our clock where the server shows none", { "retry-after": "Thu, 01 Jan 2026 00:00:07 GMT" }],
  ])("honours Retry-After as %s", async (_, headers) => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    expect((await waits(headers, { retry: { retries: 1 } }))[0]).toBe(7_000);
    vi.spyOn(Math, "random").mockReturnValue(0.999);
    expect((await waits(headers, { retry: { retries: 1 } }))[0]).toBeGreaterThan(7_000);
  });

  it("honours a Retry-After of 30 s, and gives up at once on a longer one", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    expect(await waits({ "retry-after": "30" }, { retry: { retries: 2 } })).toEqual([30_000, 30_000]);
    expect(await waits({ "retry-after": "31" })).toEqual([]);
    expect(await waits({ "retry-after": "99999999999999999999" })).toEqual([]);
    expect(await waits({ "retry-after": "Fri, 01 Jan 2027 00:00:00 GMT" })).toEqual([]);
  });

  it("waits its own time where Retry-After asks for less, or cannot be read", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    expect(await waits({ "retry-after": "0" }, { retry: { retries: 2 } })).toEqual([1_000, 2_000]);
    expect(
      await waits({ "retry-after": "Thu, 01 Jan 2015 00:00:07 GMT" }, { retry: { retries: 1 } }),
    ).toEqual([1_000]);
    for (const value of ["soon", "-5", "1.5", "", "GMT"]) {
      expect(await waits({ "retry-after": value }, { retry: { retries: 2 } })).toEqual([1_000, 2_000]);
    }
  });

  it("can be aborted at any time, and leaves neither timer nor listener", async () => {
    vi.useFakeTimers();
    const { konnect, requests } = clientOver(() => new Response("", { status: 503 }), { retry: {} });
    const controller = new AbortController();
    const done = rejection(konnect.getSigningKeys({ signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(500);
    expect(requests).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(1);
    controller.abort("enough");
    expect(await done).toMatchObject({
      code: "aborted",
      cause: "enough",
      message: expect.stringMatching(/503/),
    });
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    expect(requests).toHaveLength(1);
  });

  it("can be aborted at the very moment it begins", async () => {
    vi.useFakeTimers();
    for (let ticks = 0; ticks < 80; ticks++) {
      const controller = new AbortController();
      const abortIn = async () => {
        for (let i = 0; i < ticks; i++) await undefined;
        controller.abort("enough");
      };
      const { konnect } = clientOver(
        () => {
          void abortIn();
          return new Response(null, { status: 503 });
        },
        { retry: {} },
      );
      expect(await rejection(konnect.getSigningKeys({ signal: controller.signal }))).toMatchObject({
        code: "aborted",
      });
    }
  });

  it("leaves no listener behind", async () => {
    const { signal } = new AbortController();
    const { konnect } = clientOver(
      (_, attempt) => new Response('{"keys":[]}', { status: attempt < 4 ? 503 : 200 }),
    );
    await konnect.getSigningKeys({ signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

it("a wait longer than any timer does not end at once", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let isOver = false;
  for (const ms of [2 ** 31, 1e15, Number.POSITIVE_INFINITY])
    void sleep(ms, undefined, "").then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(2 ** 31 - 2);
  expect(isOver).toBe(false);
});
