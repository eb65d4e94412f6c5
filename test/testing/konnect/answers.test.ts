import { expect, it } from "vitest";
import { problemWith } from "../../support/description.js";
import { UNKNOWN } from "./support.js";

it("the judge of answers sees what Konnect would not answer", async () => {
  const judge = (method: string, path: string, status: number, body: unknown, type = "application/json") =>
    problemWith(
      new Request(`http://x${path}`, { method }),
      new Response(body === undefined ? null : JSON.stringify(body), {
        status,
        headers: { "content-type": type },
      }),
    );
  const webhook = { audit_log_destination_id: UNKNOWN, enabled: true };
  expect(await judge("GET", "/v3/audit-log-webhook", 200, webhook)).toBeUndefined();
  expect(
    await judge("GET", "/v3/audit-log-webhook", 200, { ...webhook, audit_log_destination_id: "" }),
  ).toBeUndefined();
  expect(await judge("GET", "/v3/audit-log-webhook", 503, {}, "text/html")).toBeUndefined();
  for (const wrong of [
    judge("GET", "/v3/audit-log-webhook", 200, { enabled: true }),
    judge("GET", "/v3/audit-log-webhook", 200, { ...webhook, audit_log_destination_id: "x" }),
    judge("GET", "/v3/audit-log-webhook", 200, webhook, "text/plain"),
    judge("GET", "/v3/audit-log-webhook", 201, webhook),
    judge("GET", "/v3/audit-log-webhook", 409, {}),
    judge("GET", "/v3/audit-log-webhook/status", 200, { webhook_status: "broken" }),
    judge("GET", "/v4/x", 200, {}),
    judge("DELETE", "/v3/audit-log-webhook", 200, {}),
  ])
    expect(await wrong).toMatch(/: /);
});
