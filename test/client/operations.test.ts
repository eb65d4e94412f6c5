import { describe, expect, it } from "vitest";
import { KonnectApiError, type KonnectClient, type KonnectClientOptions } from "../../src/index.js";
import { clientOver, HOST, DESTINATION_ID as ID, input, rejection, TOKEN } from "../support/konnect.js";

const PORTAL = "3e551b39-227d-4297-b911-e68fd5d77c17";
const GLOBAL = "https://global.api.konghq.com";
const destination = { id: ID, name: "SIEM", log_format: "cef", brand_new: 1 };
const webhook = { audit_log_destination_id: ID, enabled: true, brand_new: 1 };
const status = { webhook_enabled: true, webhook_status: "unconfigured", last_response_code: 204 };
const window = { start_at: "2026-11-20T00:00:00Z", end_at: "2026-11-21T00:00:00+02:00" };
const job = { ...window, status: "accepted", brand_new: 1 };
const problem = {
  status: 400,
  title: "Invalid Parameters",
  detail: "no",
  instance: "kong:trace:123",
  invalid_parameters: [{ field: "name", reason: "is taken", rule: "invalid", source: "body" }],
};

interface Case {
  name: string;
  call: (konnect: KonnectClient) => PromiseLike<unknown>;
  request: string;
  body?: unknown;
  /** What Konnect answers; undefined: 204. */
  answer?: unknown;
  /** What the method gives, where that is something else. */
  result?: unknown;
  options?: KonnectClientOptions;
}

const shared = (prefix: string, of: (konnect: KonnectClient) => Pick<KonnectClient, "getReplay">) => {
  const on = of as (konnect: KonnectClient) => KonnectClient;
  const at = `${HOST}${prefix}`;
  const enabled = { audit_log_destination_id: ID, enabled: true };
  const cases: Case[] = [
    {
      name: "getWebhook",
      call: (k) => on(k).getWebhook(),
      request: `GET ${at}/audit-log-webhook`,
      answer: webhook,
    },
    {
      name: "enableWebhook",
      call: (k) => on(k).enableWebhook(ID),
      request: `PATCH ${at}/audit-log-webhook`,
      body: enabled,
      answer: webhook,
    },
    {
      name: "disableWebhook",
      call: (k) => on(k).disableWebhook(),
      request: `PATCH ${at}/audit-log-webhook`,
      body: { enabled: false },
      answer: webhook,
    },
    {
      name: "updateWebhook",
      call: (k) => on(k).updateWebhook({ audit_log_destination_id: ID }),
      request: `PATCH ${at}/audit-log-webhook`,
      body: { audit_log_destination_id: ID },
      answer: webhook,
    },
    { name: "deleteWebhook", call: (k) => on(k).deleteWebhook(), request: `DELETE ${at}/audit-log-webhook` },
    {
      name: "getWebhookStatus",
      call: (k) => on(k).getWebhookStatus(),
      request: `GET ${at}/audit-log-webhook/status`,
      answer: { ...status, last_attempt_at: "0001-01-01T00:00:0Z" },
      result: status,
    },
    {
      name: "startReplay",
      call: (k) => on(k).startReplay(window),
      request: `PUT ${at}/audit-log-replay-job`,
      body: window,
      answer: job,
    },
    {
      name: "getReplay",
      call: (k) => on(k).getReplay(),
      request: `GET ${at}/audit-log-replay-job`,
      answer: { start_at: "0001-01-01T00:00:0Z", end_at: "0001-01-01T00:00:00Z", status: "unconfigured" },
      result: { status: "unconfigured" },
    },
  ];
  return cases;
};

const destinations = (version: "v2" | "v3", host: string): Case[] => {
  const at = `${host}/${version}/audit-log-destinations`;
  const page = { data: [destination], meta: { next: null, previous: null, size: 10 } };
  const cases: Case[] = [
    {
      name: "createDestination",
      call: (k) => k.createDestination(input),
      request: `POST ${at}`,
      body: input,
      answer: { ...destination, updated_at: "0001-01-01T00:00:0Z" },
      result: destination,
    },
    {
      name: "listDestinations",
      call: (k) => k.listDestinations({ name: "a b", filter: {}, "page[size]": 5 }),
      request: `GET ${at}?filter[name][eq]=a%20b&page[size]=5`,
      answer: page,
    },
    {
      name: "listDestinations with a filter",
      call: (k) => k.listDestinations({ filter: { name: { contains: "x&y" } }, "page[after]": "a+b/c=" }),
      request: `GET ${at}?filter[name][contains]=x%26y&page[after]=a%2Bb%2Fc%3D`,
      answer: page,
    },
    {
      name: "getDestination",
      call: (k) => k.getDestination(ID),
      request: `GET ${at}/${ID}`,
      answer: destination,
    },
    {
      name: "updateDestination",
      call: (k) => k.updateDestination(ID, { endpoint: "https://new.example.com/" }),
      request: `PATCH ${at}/${ID}`,
      body: { endpoint: "https://new.example.com/" },
      answer: destination,
    },
    { name: "deleteDestination", call: (k) => k.deleteDestination(ID), request: `DELETE ${at}/${ID}` },
  ];
  return cases.map((one) => ({ ...one, options: { destinationsApiVersion: version } }));
};

const cases: Case[] = [
  ...destinations("v2", HOST),
  ...destinations("v3", GLOBAL),
  ...shared("/v3", (k) => k),
  ...shared(`/v3/portals/${PORTAL}`, (k) => k.portal(PORTAL)),
  {
    name: "listAuditLogs",
    call: (k) =>
      k.listAuditLogs({
        type: "gateway_access",
        since: new Date("2026-01-01T00:00:00Z"),
        until: "2026-11-25T00:00:00Z",
        "page[size]": 1000,
      }),
    request: `GET ${HOST}/v3/audit-logs?filter[type]=gateway_access&filter[ts][gte]=2026-01-01T00%3A00%3A00.000Z&filter[ts][lte]=2026-11-25T00%3A00%3A00Z&page[size]=1000`,
    answer: { data: [], meta: { page: { next: null, previous: null, size: 1000 } } },
  },
];

function sortQuery(url: string): string {
  const [path, query] = url.split("?");
  return query === undefined ? url : `${path}?${query.split("&").sort().join("&")}`;
}

describe.each(cases)("$name: $request", ({ call, request, body, answer, result, options }) => {
  const over = (answers: (attempt: number) => Response) =>
    clientOver((_, attempt) => answers(attempt), options);
  const method = request.slice(0, request.indexOf(" "));

  it("sends that request, and returns the response", async () => {
    const { konnect, requests } = over(() =>
      answer === undefined ? new Response(null, { status: 204 }) : Response.json(answer),
    );
    expect(await call(konnect)).toStrictEqual(result ?? answer);
    expect(requests).toHaveLength(1);
    const [sent] = requests;
    expect(sortQuery(`${sent?.method} ${sent?.url}`)).toBe(sortQuery(request));
    expect(sent?.headers.get("authorization")).toBe(`Bearer ${TOKEN}`);
    const text = await sent?.text();
    expect(text === "" ? undefined : JSON.parse(text ?? "")).toEqual(body);
    expect(sent?.headers.get("content-type")).toBe(body === undefined ? null : "application/json");
  });

  it("takes any success", async () => {
    const { konnect } = over(() => Response.json(answer ?? {}, { status: 201 }));
    expect(await call(konnect)).toStrictEqual(result ?? answer);
  });

  it.each([400, 401, 403, 404, 409, 429, 500, 502, 503, 504])("makes an error of a %i", async (code) => {
    for (const text of [JSON.stringify({ ...problem, status: code }), "<html>", ""]) {
      const { konnect, requests } = over(() => new Response(text, { status: code }));
      const error = (await rejection(call(konnect))) as unknown as KonnectApiError;
      expect(error).toBeInstanceOf(KonnectApiError);
      expect(error).toMatchObject({
        code: "api",
        status: code,
        method,
        path: new URL(requests[0]!.url).pathname,
      });
      if (text.startsWith("{")) {
        expect(error).toMatchObject({
          detail: "no",
          traceId: "123",
          invalidParameters: problem.invalid_parameters,
        });
      }
      const retried = code === 429 || (code >= 500 && method !== "POST");
      expect(requests).toHaveLength(retried ? 5 : 1);
    }
  });

  it("cannot use HTML for a success", async () => {
    const { konnect } = over(() => new Response("<html>"));
    expect(await rejection(call(konnect))).toMatchObject({ code: "invalid_response" });
  });
});
