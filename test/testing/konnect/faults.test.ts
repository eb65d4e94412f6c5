import { describe, expect, it } from "vitest";
import { rejection } from "../../support/konnect.js";
import { startDescribed } from "./support.js";

describe("a fault", () => {
  it.each([
    [{ status: 503 }, { status: 503, code: "api", traceId: expect.any(String) }],
    [
      { status: 409, html: true },
      { status: 409, code: "api", detail: undefined },
    ],
    [{ status: 429, retryAfter: 100, effect: "after" as const }, { status: 429 }],
    [{ reset: true }, { code: "connection" }],
  ])("%j has no effect", async (fault, error) => {
    const { konnect, client, input, server } = await startDescribed();
    server.fault({ method: "POST", ...fault });
    expect(await rejection(client({ fetch }).createDestination(input))).toMatchObject(error);
    expect((await konnect.listDestinations()).data).toEqual([]);
    await konnect.createDestination(input);
  });

  it.each([
    [{ status: 500, effect: "after" as const }, { status: 500 }],
    [{ reset: true, effect: "after" as const }, { code: "connection" }],
    [{ truncate: true }, { code: "connection" }],
    [{ html: true }, { code: "invalid_response" }],
    [{ delayMs: 200 }, { code: "timeout" }],
  ])("%j has one", async (fault, error) => {
    const { konnect, client, input, server } = await startDescribed();
    server.fault({ path: /destinations$/, ...fault });
    const call = client({ fetch }).createDestination(input, { timeoutMs: 100 });
    expect(await rejection(call)).toMatchObject(error);
    expect((await konnect.listDestinations()).data).toHaveLength(1);
  });

  it("strikes the requests that fit, so often, and can be taken back", async () => {
    const { konnect, server } = await startDescribed();
    server.fault({ path: "/v2/control-planes", status: 500, times: 2 });
    server.fault({ method: "PUT", status: 500 });
    await konnect.getWebhook();
    for (let i = 0; i < 2; i++)
      expect(await rejection(konnect.listControlPlanes())).toMatchObject({ status: 500 });
    await konnect.listControlPlanes();
    server.fault({ status: 500, times: 99 });
    server.clearFaults();
    await konnect.listControlPlanes();
  });
});
