import { afterEach, describe, expect, it, vi } from "vitest";
import { client, clientOver, DESTINATION_ID, rejection } from "../../support/konnect.js";

afterEach(() => void vi.restoreAllMocks());

const PORTAL_WEBHOOK = "/v3/portals/{portalId}/audit-log-webhook";

describe("a request of konnect.api", () => {
  it("keeps the options of fetch that it was given", async () => {
    const { konnect, requests } = clientOver(() => Response.json({}));
    await konnect.api.GET("/v2/audit-log-webhook", { cache: "no-store", keepalive: true });
    expect(requests[0]).toMatchObject({ cache: "no-store", keepalive: true, redirect: "manual" });
  });

  it("names the id that is not one", async () => {
    const { konnect } = clientOver(() => Response.json({}));
    const byPortal = konnect.api.GET(PORTAL_WEBHOOK, { params: { path: { portalId: "x" } } });
    expect((await rejection(byPortal)).message).toMatch(/^portalId: must be the id of a Dev Portal/);
    const byId = konnect.api.DELETE("/v2/audit-log-destinations/{id}", { params: { path: { id: "x" } } });
    expect((await rejection(byId)).message).toMatch(/^id: must be an id \(a UUID\)/);
  });

  it("gets the status, the headers and the body of the response, without what describes the wire", async () => {
    const headers = { "x-request-id": "7", "content-encoding": "identity", "content-length": "12" };
    const { konnect } = clientOver(
      () => new Response('{"enabled":true}', { status: 201, statusText: "Made", headers }),
    );
    const { data, response } = await konnect.api.GET(PORTAL_WEBHOOK, {
      params: { path: { portalId: DESTINATION_ID } },
    });
    expect(data).toEqual({ enabled: true });
    expect(response).toMatchObject({ status: 201, statusText: "Made" });
    expect([...response.headers.keys()].filter((name) => name !== "content-type")).toEqual([
      "content-length",
      "x-request-id",
    ]);
    expect(response.headers.get("content-length")).toBe("16");
  });

  it("gets integers that a number cannot hold as text, and the same response otherwise", async () => {
    const { konnect } = clientOver(
      () =>
        new Response('{"enabled":true,"a":12345678901234567890,"b":1}', {
          status: 202,
          statusText: "Later",
          headers: { "x-request-id": "7" },
        }),
    );
    const { data, response } = await konnect.api.GET("/v2/audit-log-webhook");
    expect(data).toEqual({ enabled: true, a: "12345678901234567890", b: 1 });
    expect(response).toMatchObject({ status: 202, statusText: "Later" });
    expect(response.headers.get("x-request-id")).toBe("7");
  });
});

describe("the token", () => {
  it.each(["https://us.api.konghq.com", "https://gateway.example.com/konnect"])(
    "is not sent for signing keys at %s, but for anything else",
    async (baseUrl) => {
      const { konnect, requests } = clientOver(() => Response.json({ keys: [] }), {
        region: undefined,
        baseUrl,
      });
      await konnect.getSigningKeys();
      await konnect.api.GET("/v2/audit-log-webhook");
      expect(requests.map(({ headers }) => headers.has("authorization"))).toEqual([false, true]);
    },
  );
});

describe("the log of an attempt", () => {
  it("tells how long it took, in whole ms", async () => {
    const messages: string[] = [];
    let now = 5_000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    const konnect = client({
      fetch: async () => {
        now += 40.4;
        return Response.json({});
      },
      logger: { debug: (message: string) => messages.push(message), warn: () => {} },
    });
    await konnect.getWebhook();
    expect(messages).toEqual([expect.stringContaining("attempt 1, 40 ms: 200")]);
  });
});

describe("an error status", () => {
  const answer = (members: object) => Object.defineProperties(new Response(null), properties(members));
  const properties = (members: object) =>
    Object.fromEntries(Object.entries(members).map(([name, value]) => [name, { value }]));

  it.each([
    ["300", new Response(null, { status: 300 }), true],
    ["399", new Response(null, { status: 399 }), true],
    ["400", new Response(null, { status: 400 }), false],
    ["a redirect that a browser hides", answer({ ok: false, status: 0, type: "opaqueredirect" }), true],
    ["a response of type error", Response.error(), false],
  ])("%s says whether it is a redirect", async (_, response, isRedirect) => {
    const { konnect } = clientOver(() => response, { retry: false });
    const { message } = await rejection(konnect.getWebhook());
    expect(message.includes("redirects are not followed")).toBe(isRedirect);
  });
});
