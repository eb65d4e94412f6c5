import { getEventListeners } from "node:events";
import { createServer } from "node:net";
import nock from "nock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { KonnectClient } from "../../src/index.js";
import { client, clientOver, DESTINATION_ID, HOST, input, rejection, useNock } from "../support/konnect.js";

useNock({ before: beforeEach, after: afterEach });
afterEach(() => void vi.useRealTimers());

const post = (konnect: KonnectClient) => konnect.createDestination(input);
const patch = (konnect: KonnectClient) => konnect.enableWebhook(DESTINATION_ID);
const get = (konnect: KonnectClient) => konnect.getSigningKeys();

/** What Node's fetch throws when a connection fails. */
function fetchFailed(code: string, message = "fetch failed"): TypeError {
  return Object.assign(new TypeError(message), { cause: Object.assign(new Error(`x ${code}`), { code }) });
}

describe("what is sent again", () => {
  it.each([429, 500, 502, 503, 504])("GET and PATCH after a %i, four times", async (status) => {
    for (const call of [get, patch]) {
      const { konnect, requests } = clientOver(() => new Response("", { status }));
      expect(await rejection(call(konnect))).toMatchObject({ code: "api", status });
      expect(requests).toHaveLength(5);
    }
  });

  it.each([400, 401, 403, 404, 408, 409, 422, 501, 505])("nothing after a %i", async (status) => {
    const { konnect, requests } = clientOver(() => new Response("", { status }));
    expect(await rejection(get(konnect))).toMatchObject({ code: "api", status });
    expect(requests).toHaveLength(1);
  });

  it.each(["ECONNRESET", "ECONNREFUSED", "ENOTFOUND", "UND_ERR_SOCKET", "UND_ERR_CONNECT_TIMEOUT", "EPIPE"])(
    "GET and PATCH after a connection that failed with %s",
    async (code) => {
      for (const call of [get, patch]) {
        const { konnect, requests } = clientOver(() => Promise.reject(fetchFailed(code)));
        expect(await rejection(call(konnect))).toMatchObject({ code: "connection" });
        expect(requests).toHaveLength(5);
      }
    },
  );

  it("GET after trouble for which a runtime has no code", async () => {
    for (const message of ["Failed to fetch", "Load failed", "Network connection lost.", "terminated"]) {
      const { konnect, requests } = clientOver(() => Promise.reject(new TypeError(message)));
      expect(await rejection(get(konnect))).toMatchObject({ code: "connection" });
      expect(requests).toHaveLength(5);
    }
  });

  it("POST only after a 429, or where the connection never opened", async () => {
    for (const fail of [
      () => new Response("", { status: 429 }),
      () => Promise.reject(fetchFailed("ECONNREFUSED")),
      () => Promise.reject(fetchFailed("ENOTFOUND")),
    ]) {
      const { konnect, requests } = clientOver((_, attempt) =>
        attempt < 3 ? fail() : Response.json({ id: "x" }),
      );
      expect(await post(konnect)).toEqual({ id: "x" });
      expect(requests).toHaveLength(3);
      expect(await requests[2]?.json()).toEqual(input);
    }
  });

  it("a POST with any other failure is not, and says that the outcome is unknown", async () => {
    for (const fail of [
      () => new Response("", { status: 500 }),
      () => new Response("", { status: 502 }),
      () => new Response("", { status: 503 }),
      () => new Response("", { status: 504 }),
      () => Promise.reject(fetchFailed("ECONNRESET")),
      () => Promise.reject(fetchFailed("UND_ERR_SOCKET")),
      () => Promise.reject(new Error("?")),
    ]) {
      const { konnect, requests } = clientOver(fail);
      expect((await rejection(post(konnect))).message).toMatch(/whether it took effect is unknown/);
      expect(requests).toHaveLength(1);
    }
    for (const fail of [
      () => new Response("", { status: 400 }),
      () => Promise.reject(fetchFailed("ECONNREFUSED")),
    ]) {
      expect((await rejection(post(clientOver(fail).konnect))).message).not.toMatch(/unknown/);
    }
    expect(
      (await rejection(patch(clientOver(() => new Response("", { status: 500 })).konnect))).message,
    ).not.toMatch(/unknown/);
  });

  it("nothing when fetch throws what is no trouble with a connection", async () => {
    const miss = Object.assign(new Error("no match"), { code: "ERR_NOCK_NO_MATCH" });
    for (const thrown of [
      miss,
      new TypeError("bug"),
      new Error("?"),
      "text",
      undefined,
      fetchFailed("CERT_HAS_EXPIRED"),
    ]) {
      const { konnect, requests } = clientOver(() => Promise.reject(thrown));
      expect(await rejection(get(konnect))).toMatchObject({ code: "connection" });
      expect(requests).toHaveLength(1);
    }
  });

  it("an answer whose body breaks off", async () => {
    const broken = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.error(new TypeError("terminated"));
          },
        }),
      );
    const { konnect, requests } = clientOver((_, attempt) =>
      attempt < 3 ? broken() : Response.json({ keys: [] }),
    );
    expect(await get(konnect)).toEqual({ keys: [] });
    expect(requests).toHaveLength(3);
  });

  it("as often as the client or the call says", async () => {
    const fail = () => new Response("", { status: 503 });
    const never = clientOver(fail, { retry: false });
    await rejection(get(never.konnect));
    expect(never.requests).toHaveLength(1);
    const { konnect, requests } = clientOver(fail);
    await rejection(konnect.getSigningKeys({ retry: { retries: 1 } }));
    expect(requests).toHaveLength(2);
    await rejection(konnect.getSigningKeys({ retry: false }));
    expect(requests).toHaveLength(3);
  });

  it("over real HTTP: the body is whole each time", async () => {
    nock(HOST).patch("/v3/audit-log-webhook").times(2).reply(503, "<html>busy</html>");
    const body = { audit_log_destination_id: DESTINATION_ID, enabled: true };
    nock(HOST).patch("/v3/audit-log-webhook", body).reply(200, body);
    expect(await patch(client())).toEqual(body);
  });

  it("over a real socket: a refused connection never opened, a reset one may have", async () => {
    nock.enableNetConnect("127.0.0.1");
    const server = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const options = { token: "t", baseUrl, retry: { retries: 2, minTimeout: 0, maxTimeout: 0 } };
    const { KonnectClient } = await import("../../src/index.js");
    let attempts = 0;
    const fetch = (request: Request) => {
      attempts++;
      return globalThis.fetch(request);
    };
    const konnect = new KonnectClient({ ...options, fetch });
    expect(await rejection(post(konnect))).toMatchObject({
      code: "connection",
      message: expect.stringMatching(/unknown/),
    });
    expect(attempts).toBe(1);
    await rejection(get(konnect));
    expect(attempts).toBe(4);
    await new Promise((resolve) => server.close(resolve));
    expect(await rejection(post(konnect))).toMatchObject({
      code: "connection",
      message: expect.stringMatching(/ECONNREFUSED/),
    });
    expect(attempts).toBe(7);
  });
});

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

  it("never exceeds 30 s, and is jittered there, too", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    expect((await waits({}, { retry: { retries: 8 } })).slice(-3)).toEqual([22_500, 22_500, 22_500]);
    vi.spyOn(Math, "random").mockReturnValue(0.9999);
    expect(Math.max(...(await waits({}, { retry: { retries: 8 } })))).toBeLessThanOrEqual(30_000);
  });

  it("keeps to the bounds of the options", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    expect(await waits({}, { retry: { minTimeout: 10, maxTimeout: 50 } })).toEqual(
      [15, 30, 37, 37].map((ms) => expect.closeTo(ms, -1)),
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
    expect((await waits(headers, { retry: { retries: 1 } }))[0]).toBe(7_000);
  });

  it("honours a Retry-After of 30 s, and gives up at once on a longer one", async () => {
    expect(await waits({ "retry-after": "30" }, { retry: { retries: 2 } })).toEqual([30_000, 30_000]);
    expect(await waits({ "retry-after": "31" })).toEqual([]);
    expect(await waits({ "retry-after": "99999999999999999999" })).toEqual([]);
    expect(await waits({ "retry-after": "Fri, 01 Jan 2027 00:00:00 GMT" })).toEqual([]);
  });

  it("waits its shortest where Retry-After asks for less, and its own time where that cannot be read", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    expect(await waits({ "retry-after": "0" }, { retry: { retries: 2 } })).toEqual([1_000, 1_000]);
    expect(
      await waits({ "retry-after": "Thu, 01 Jan 2015 00:00:07 GMT" }, { retry: { retries: 1 } }),
    ).toEqual([1_000]);
    for (const value of ["soon", "-5", "1.5", "", "GMT"]) {
      expect(await waits({ "retry-after": value }, { retry: { retries: 2 } })).toEqual([1_000, 2_000]);
    }
  });

  it("can be aborted at any moment, and leaves no timer and no listener", async () => {
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
