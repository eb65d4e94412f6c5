import { describe, expect, it } from "vitest";
import { KonnectError } from "../../../src/index.js";
import {
  announce,
  client,
  clientOver,
  DESTINATION_ID,
  input,
  rejection,
  TOKEN,
  useNock,
} from "../../support/konnect.js";

useNock();

describe("unusable responses", () => {
  const calls = {
    createDestination: (body: BodyInit | null, status = 200) =>
      clientOver(() => new Response(body, { status })).konnect.createDestination(input),
    enableWebhook: (body: BodyInit | null, status = 200) =>
      clientOver(() => new Response(body, { status })).konnect.enableWebhook(DESTINATION_ID),
    listControlPlanes: (body: BodyInit | null, status = 200) =>
      clientOver(() => new Response(body, { status })).konnect.listControlPlanes(),
    getSigningKeys: (body: BodyInit | null, status = 200) =>
      clientOver(() => new Response(body, { status })).konnect.getSigningKeys(),
  };
  it.each(Object.entries(calls))(
    "%s: HTML, broken JSON, another shape and nothing are invalid_response",
    async (_, call) => {
      for (const body of ["<html>", '{"id":', "[]", '"text"', "null", "7", "", null]) {
        const error = await rejection(call(body));
        expect(error, String(body)).toBeInstanceOf(KonnectError);
        expect(error.code, String(body)).toBe("invalid_response");
        expect(error.message).toMatch(/^(GET|POST|PATCH) \/v[23]\/|^\w+: response must be /);
      }
      expect((await rejection(call(null, 204))).code).toBe("invalid_response");
    },
  );

  it.each([
    ["createDestination", "{}", "response.id must "],
    ["createDestination", '{"id":7}', "response.id must "],
    ["createDestination", '{"id":""}', "response.id must "],
    ["listControlPlanes", "{}", "response.data must "],
    ["listControlPlanes", '{"data":[{"id":"a"},7]}', "response.data.1 must "],
    ["getSigningKeys", "{}", "response.keys must "],
    ["getSigningKeys", '{"keys":{}}', "response.keys must "],
    ["getSigningKeys", '{"keys":["x"]}', "response.keys.0 must "],
  ] as const)("%s of %s names the path", async (name, body, path) => {
    expect(await rejection(calls[name](body))).toMatchObject({
      code: "invalid_response",
      message: expect.stringContaining(path),
    });
  });
});

describe("api", () => {
  it("has the credential, the retries and the errors of the methods", async () => {
    announce()
      .get("/v3/audit-log-webhook")
      .reply(503)
      .get("/v3/audit-log-webhook")
      .reply(200, { enabled: false });
    expect((await client().api.GET("/v3/audit-log-webhook")).data).toEqual({ enabled: false });
    announce().get("/v3/audit-log-webhook").reply(404, { status: 404, title: "Not Found" });
    expect(await rejection(client().api.GET("/v3/audit-log-webhook"))).toMatchObject({
      code: "api",
      status: 404,
    });
    const { konnect: html } = clientOver(() => new Response("<html>"));
    expect(await rejection(html.api.GET("/v3/audit-log-webhook"))).toMatchObject({
      code: "invalid_response",
    });
    expect((await html.api.GET("/v3/audit-log-webhook", { parseAs: "text" })).data).toBe("<html>");
  });

  it("sends no other credential, and none to the signing keys", async () => {
    const { konnect, requests } = clientOver(() => Response.json({}));
    const headers = { authorization: "Bearer other", "x-mine": "1" };
    await konnect.api.GET("/v3/audit-log-webhook", { headers });
    await konnect.api.GET("/v2/audit-log-webhook/jwks.json", { headers });
    expect(requests.map((request) => request.headers.get("authorization"))).toEqual([
      `Bearer ${TOKEN}`,
      null,
    ]);
    expect(requests[0]?.headers.get("x-mine")).toBe("1");
  });

  it("has no headers that were true on the wire only, and the length of the body as it is read", async () => {
    const headers = { "content-encoding": "gzip", "content-length": "20" };
    const { konnect } = clientOver(() => new Response(null, { headers }));
    const { data, response } = await konnect.api.GET("/v3/audit-log-webhook");
    expect(data).toBeUndefined();
    expect([...response.headers]).toEqual([["content-length", "0"]]);
  });

  it("ends when the signal of the call is aborted", async () => {
    const { konnect } = clientOver(() => new Promise(() => {}));
    const controller = new AbortController();
    const call = konnect.api.GET("/v3/audit-log-webhook", { signal: controller.signal });
    controller.abort(new Error("enough"));
    expect(await rejection(call)).toMatchObject({ code: "aborted", cause: new Error("enough") });
  });

  it.each(["https://evil.example.com", "http://us.api.konghq.com", "https://us.api.konghq.com:8443"])(
    "refuses a call that names %s",
    async (baseUrl) => {
      const { konnect, requests } = clientOver(() => Response.json({}));
      const error = await rejection(konnect.api.GET("/v3/audit-log-webhook", { baseUrl }));
      expect(error).toMatchObject({ code: "invalid_input", message: expect.stringContaining(baseUrl) });
      expect(requests).toHaveLength(0);
    },
  );
});
