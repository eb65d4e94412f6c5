import { createServer } from "node:net";
import nock from "nock";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { KonnectClient } from "../../../src/index.js";
import {
  client,
  clientOver,
  DESTINATION_ID,
  HOST,
  input,
  rejection,
  useNock,
} from "../../support/konnect.js";
import { listen } from "../../support/loopback.js";

useNock();
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

  it("a POST with any other failure is not, and says that it may have taken effect", async () => {
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
      expect((await rejection(post(konnect))).message).toMatch(/it may have taken effect/);
      expect(requests).toHaveLength(1);
    }
    for (const fail of [
      () => new Response("", { status: 400 }),
      () => Promise.reject(fetchFailed("ECONNREFUSED")),
    ]) {
      expect((await rejection(post(clientOver(fail).konnect))).message).not.toMatch(/taken effect/);
    }
    expect(
      (await rejection(patch(clientOver(() => new Response("", { status: 500 })).konnect))).message,
    ).not.toMatch(/taken effect/);
  });

  it("nothing if fetch throws something other than a connection error", async () => {
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
    const server = await listen(
      createServer((socket) => socket.once("data", () => socket.resetAndDestroy())),
    );
    const baseUrl = server.url;
    const options = { token: "t", baseUrl, retry: { retries: 2, minTimeout: 0, maxTimeout: 0 } };
    const { KonnectClient } = await import("../../../src/index.js");
    let attempts = 0;
    const fetch = (url: string, init: RequestInit) => {
      attempts++;
      return globalThis.fetch(url, init);
    };
    const konnect = new KonnectClient({ ...options, fetch });
    expect(await rejection(post(konnect))).toMatchObject({
      code: "connection",
      message: expect.stringMatching(/may have taken effect/),
    });
    expect(attempts).toBe(1);
    await rejection(get(konnect));
    expect(attempts).toBe(4);
    await server.close();
    expect(await rejection(post(konnect))).toMatchObject({
      code: "connection",
      message: expect.stringMatching(/ECONNREFUSED/),
    });
    expect(attempts).toBe(7);
  });
});
