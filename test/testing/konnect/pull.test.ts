import { describe, expect, it } from "vitest";
import { rejection } from "../../support/konnect.js";
import { startDescribed, UNKNOWN } from "./support.js";

describe("pulled records", () => {
  it("are those of all requests, the newest first, filtered and page by page", async () => {
    const { konnect } = await startDescribed();
    await konnect.listControlPlanes();
    await rejection(konnect.deleteDestination(UNKNOWN));
    const all: string[] = [];
    for await (const log of konnect.listAuditLogs({ "page[size]": 1 })) {
      if (log.type === "authentication") all.push(`authentication ${log.outcome} ${log.uri}`);
      if (log.type === "authorization") all.push(`authorization ${log.action} ${log.resource}`);
      if (log.type === "gateway_access") all.push(`access ${log.method} ${log.status_code}`);
    }
    expect(all).toEqual([
      "access DELETE 404",
      `authorization delete audit-log-destinations/${UNKNOWN}`,
      `authentication success /v2/audit-log-destinations/${UNKNOWN}`,
      "authorization list control-planes",
      "authentication success /v2/control-planes",
    ]);
    const { data } = await konnect.listAuditLogs({ type: "gateway_access" });
    expect(data).toHaveLength(1);
    const none = { since: new Date(Date.now() - 7_200_000), until: new Date(Date.now() - 3_600_000) };
    expect((await konnect.listAuditLogs(none)).data).toEqual([]);
  });

  it("are refused with what does not fit", async () => {
    const { client } = await startDescribed();
    for (const query of [
      { filter: { type: "x" as never } },
      { filter: { ts: { gte: "yesterday" } } },
      { "page[size]": 1001 },
      { "page[size]": -1 },
      { "page[after]": "x" },
    ])
      expect(await rejection(client().api.GET("/v3/audit-logs", { params: { query } }))).toMatchObject({
        status: 400,
        invalidParameters: [expect.objectContaining({ source: "query" })],
      });
  });
});
