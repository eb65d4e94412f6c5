import nock from "nock";
import { describe, expect, it } from "vitest";
import { KonnectError } from "../../src/index.js";
import { VERSION } from "../../src/version.js";
import {
  announce,
  client,
  clientOver,
  controlPlanes,
  DESTINATION_ID,
  HOST,
  input,
  rejection,
  useNock,
} from "../support/konnect.js";

useNock();

describe("createDestination", () => {
  it("posts the input unchanged, and returns the response with unknown members and values", async () => {
    const answer = {
      id: DESTINATION_ID,
      name: "SIEM",
      log_format: "parquet",
      created_at: "x",
      brand_new: { a: 1 },
    };
    const sent = { ...input, skip_ssl_verification: true };
    announce().post("/v2/audit-log-destinations", sent).reply(201, answer);
    expect(await client().createDestination(sent)).toEqual(answer);
  });

  it("sends JSON and its user agent", async () => {
    const { konnect, requests } = clientOver(() => Response.json({ id: "x" }));
    const { konnect: named, requests: fromNamed } = clientOver(() => Response.json({ id: "x" }), {
      userAgent: "exporter/2.1",
    });
    await konnect.createDestination(input);
    await named.createDestination(input);
    expect(requests[0]?.headers.get("content-type")).toBe("application/json");
    expect(requests[0]?.headers.get("user-agent")).toBe(`konnect-audit-logs/${VERSION}`);
    expect(fromNamed[0]?.headers.get("user-agent")).toBe(`exporter/2.1 konnect-audit-logs/${VERSION}`);
    expect(requests[0]?.redirect).toBe("manual");
  });

  it.each([
    ["name", { name: "" }],
    ["name", { name: "  " }],
    ["name", { name: undefined }],
    ["endpoint", { endpoint: "http://siem.example.com/" }],
    ["endpoint", { endpoint: "siem.example.com" }],
    ["endpoint", { endpoint: "https://" }],
    ["endpoint", { endpoint: " https://siem.example.com" }],
    ["endpoint", { endpoint: "https://siem.example.com/\n" }],
    ["endpoint", { endpoint: "ftp://127.0.0.1/" }],
    ["endpoint", { endpoint: "http://127.0.0.1.example.com/" }],
    ["endpoint", { endpoint: new URL("https://siem.example.com") }],
    ["authorization", { authorization: "" }],
    ["authorization", { authorization: "Bearer x\r\nX: y" }],
    ["log_format", { log_format: "xml" }],
    ["log_format", { log_format: undefined }],
    ["skip_ssl_verification", { skip_ssl_verification: "no" }],
  ])("refuses a wrong %s before anything is sent: %j", async (member, change) => {
    const error = await rejection(client().createDestination({ ...input, ...change } as never));
    expect(error).toBeInstanceOf(KonnectError);
    expect(error.code).toBe("invalid_input");
    expect(error.message).toMatch(new RegExp(`^createDestination: ${member}(:| must) `));
  });

  it("takes http on loopback, and members that Konnect may add", async () => {
    for (const endpoint of [
      "http://127.0.0.1:8088/x",
      "http://localhost/",
      "http://[::1]:9/",
      "HTTPS://siem.example.com",
    ]) {
      const { konnect, requests } = clientOver(() => Response.json({ id: "x" }));
      await konnect.createDestination({ ...input, endpoint, brand_new: 1 } as never);
      expect(await requests[0]?.json()).toEqual({ ...input, endpoint, brand_new: 1 });
    }
  });

  it("rejects instead of throwing if it is called without arguments", async () => {
    expect((await rejection(client().createDestination(undefined as never))).code).toBe("invalid_input");
  });
});

describe("enableWebhook", () => {
  it("patches the webhook of the region", async () => {
    const answer = { audit_log_destination_id: DESTINATION_ID, enabled: true };
    announce().patch("/v3/audit-log-webhook", answer).reply(201, answer);
    expect(await client().enableWebhook(DESTINATION_ID)).toEqual(answer);
  });

  it.each(["", "SIEM", "../x", `${DESTINATION_ID} `, undefined, 7])("refuses %j for an id", async (id) => {
    const error = await rejection(client().enableWebhook(id as never));
    expect(error.code).toBe("invalid_input");
    expect(error.message).toMatch(/^enableWebhook: destinationId must be an id/);
  });
});

describe("listControlPlanes", () => {
  it("is one page when awaited, of which unknown members are kept", async () => {
    const answer = { ...controlPlanes(2, 10, 35), brand_new: true };
    announce().get("/v2/control-planes").query({ "page[size]": 10, "page[number]": 2 }).reply(200, answer);
    expect(await client().listControlPlanes({ "page[size]": 10, "page[number]": 2 })).toEqual({
      ...answer,
      next: { "page[size]": 10, "page[number]": 3 },
    });
  });

  it("writes filters as Konnect reads them", async () => {
    const { konnect, requests } = clientOver(() => Response.json(controlPlanes(1, 10, 0)));
    await konnect.listControlPlanes({
      "page[size]": 10,
      filter: { name: { contains: "a&b c" }, cloud_gateway: false },
      labels: "env:prod",
      sort: "created_at desc",
    });
    expect(requests[0]?.url).toBe(
      `${HOST}/v2/control-planes?page[size]=10&filter[name][contains]=a%26b%20c&filter[cloud_gateway]=false&labels=env%3Aprod&sort=created_at%20desc`,
    );
  });

  it("is every control plane, page after page, when iterated", async () => {
    const { konnect, requests } = clientOver((request) => {
      const number = Number(new URL(request.url).searchParams.get("page[number]") ?? 1);
      return Response.json(controlPlanes(number, 10, 25));
    });
    const ids: string[] = [];
    for await (const plane of konnect.listControlPlanes({ sort: "name" })) ids.push(plane.id);
    expect(ids).toEqual(Array.from({ length: 25 }, (_, i) => `plane-${i}`));
    expect(requests.map(({ url }) => new URL(url).search)).toEqual([
      "?sort=name",
      "?sort=name&page[number]=2",
      "?sort=name&page[number]=3",
    ]);
  });

  it("begins with the requested page, and fetches only as far as it is read", async () => {
    const { konnect, requests } = clientOver((request) =>
      Response.json(controlPlanes(Number(new URL(request.url).searchParams.get("page[number]")), 10, 100)),
    );
    for await (const plane of konnect.listControlPlanes({ "page[number]": 4 }))
      if (plane.id === "plane-45") break;
    expect(requests).toHaveLength(2);
  });

  it("ends on an empty page, whatever the total says", async () => {
    const { konnect, requests } = clientOver((_, attempt) =>
      Response.json({
        ...controlPlanes(attempt, 2, 2 * attempt),
        meta: { page: { number: attempt, size: 2, total: 99 } },
      }),
    );
    const { konnect: empty } = clientOver(() =>
      Response.json({ data: [], meta: { page: { number: 1, size: 2, total: 9 } } }),
    );
    for await (const plane of empty.listControlPlanes()) expect.unreachable(plane.id);
    for await (const plane of konnect.listControlPlanes()) if (plane.id === "plane-5") break;
    expect(requests).toHaveLength(3);
  });

  it("does not loop if the server ignores the page number, and says what is wrong", async () => {
    const { konnect } = clientOver(() => Response.json(controlPlanes(1, 10, 25)));
    const { konnect: without } = clientOver(() => Response.json({ data: [{ id: "a" }] }));
    const all = async (client: typeof konnect) => {
      for await (const _ of client.listControlPlanes());
    };
    expect(await rejection(all(konnect))).toMatchObject({
      code: "invalid_response",
      message: expect.stringMatching("number"),
    });
    expect(await rejection(all(without))).toMatchObject({
      code: "invalid_response",
      message: expect.stringMatching("meta"),
    });
    expect(await without.listControlPlanes()).toEqual({ data: [{ id: "a" }] });
  });

  it("sends nothing until it is awaited or iterated, and each page only once", async () => {
    const { konnect, requests } = clientOver(() => Response.json(controlPlanes(1, 10, 3)));
    const list = konnect.listControlPlanes();
    expect(requests).toHaveLength(0);
    const pages = [await list, await list.catch(() => undefined), await list.finally(() => {})];
    for await (const _ of list);
    expect(requests).toHaveLength(1);
    expect(new Set(pages).size).toBe(1);
    expect(String(list)).toBe("[object Pages]");
  });

  it.each([
    { "page[size]": 0 },
    { "page[number]": 1.5 },
    { "page[size]": "10" },
    { filter: "x" },
    { sort: 1 },
  ])("rejects %j", async (query) => {
    const list = client().listControlPlanes(query as never);
    expect(await rejection(list)).toMatchObject({ code: "invalid_input" });
    expect(await rejection(list[Symbol.asyncIterator]().next())).toMatchObject({ code: "invalid_input" });
  });
});

describe("getSigningKeys", () => {
  it("sends no credential, not even when it is called through api", async () => {
    const answer = { keys: [{ kty: "OKP", crv: "Ed25519", alg: "EdDSA", kid: "k", x: "AA", use: "sig" }] };
    nock(HOST, { badheaders: ["authorization"] })
      .get("/v2/audit-log-webhook/jwks.json")
      .twice()
      .reply(200, answer);
    expect(await client().getSigningKeys()).toEqual(answer);
    expect((await client().api.GET("/v2/audit-log-webhook/jwks.json")).data).toEqual(answer);
  });
});
