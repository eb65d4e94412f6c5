import { describe, expect, it } from "vitest";
import { extractSignature, KonnectClient, parseCef } from "../../../src/index.js";
import { rejection } from "../../support/konnect.js";
import { start, verified } from "./support.js";

describe("records", () => {
  it("are made of each request since the webhook is on, signed, and delivered with the destination's credential", async () => {
    const { listener, konnect, enable } = await start();
    await enable();
    await konnect.listControlPlanes({ "page[size]": 2 });
    const [line1, line2] = await listener.lines(2);
    const { headers } = listener.arrivals[0]!;
    expect(headers).toMatchObject({
      authorization: "Splunk secret-0123456789",
      "content-type": "text/plain",
      "content-encoding": "gzip",
    });
    const authentication = parseCef(line1!, { strict: true });
    const authorization = parseCef(line2!, { strict: true });
    expect(authentication).toMatchObject({
      prefix: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ konghq\.com$/),
      version: "0",
      deviceVendor: "KongInc",
      deviceProduct: "Konnect",
      deviceVersion: "1.0",
      deviceEventClassId: "AUTHENTICATION_TYPE_PAT",
      name: "AUTHENTICATION_OUTCOME_SUCCESS",
      severity: "0",
    });
    expect(Object.keys(authentication.extensions).join(" ")).toBe(
      "rt src request success org_id principal_id trace_id user_agent sig",
    );
    expect(authentication.extensions).toMatchObject({
      request: "/v2/control-planes",
      success: "true",
      src: "127.0.0.1",
    });
    expect(authorization).toMatchObject({
      deviceEventClassId: "konnect",
      name: "Authz.control-planes",
      severity: "1",
    });
    expect(Object.keys(authorization.extensions).join(" ")).toBe(
      "rt src action granted org_id principal_id trace_id user_agent sig",
    );
    expect(authorization.extensions).toMatchObject({ action: "list", granted: "true" });
    expect(authorization.extensions.user_agent).toMatch(/^test\/1\.0 konnect-audit-logs\//);
    expect(authorization.extensions.trace_id).toMatch(/^[0-9a-f]{8}0{8}[0-9a-f]{16}$/);
    expect(Number.parseInt(authorization.extensions.trace_id!.slice(0, 8), 16)).toBeCloseTo(
      Date.now() / 1000,
      -2,
    );
    expect(authorization.extensions.trace_id).toBe(authentication.extensions.trace_id);
    expect(await verified(konnect, line1!)).toBe(true);
    expect(await verified(konnect, line2!)).toBe(true);
    expect(await verified(konnect, line2!.replace("granted=true", "granted=false"))).toBe(false);
  });

  it("are not written for earlier requests, for the one that enables the webhook, nor for the signing keys", async () => {
    const { listener, konnect, enable } = await start();
    await konnect.listControlPlanes();
    const { id } = await enable();
    await konnect.getSigningKeys();
    await konnect.api.PATCH("/v3/audit-log-webhook", { body: { enabled: false } });
    await konnect.enableWebhook(id);
    const lines = await listener.lines(3);
    expect(lines.map((line) => parseCef(line).name)).toEqual([
      "AUTHENTICATION_OUTCOME_SUCCESS",
      "Authz.audit-log-webhook",
      "Ingress",
    ]);
  });

  it("tell of access only where something changes, or of reads, too, by option", async () => {
    const { listener, konnect, enable } = await start({ accessRecordsOfReads: true });
    await enable();
    await konnect.listControlPlanes({ "page[size]": 2, filter: { name: { contains: "a=b c|d" } } });
    const record = parseCef((await listener.lines(3))[2]!, { strict: true });
    expect(record).toMatchObject({ deviceEventClassId: "KongGateway", name: "Ingress", severity: "1" });
    expect(Object.keys(record.extensions).join(" ")).toBe(
      "rt src request act status org_id principal_id user_agent trace_id query sig",
    );
    expect(record.extensions).toMatchObject({ request: "/v2/control-planes", act: "GET", status: "200" });
    expect(JSON.parse(record.extensions.query!)).toEqual({
      "page[size]": "2",
      "filter[name][contains]": "a=b c|d",
    });
  });

  it("tell of a wrong token, too", async () => {
    const { server, listener, konnect, enable } = await start({ token: "spat_x" });
    await enable();
    const other = new KonnectClient({ baseUrl: server.url, token: "kpat_wrong" });
    expect(await rejection(other.createDestination(null as never))).toMatchObject({ code: "invalid_input" });
    expect(await rejection(other.enableWebhook("7f9fd312-a987-4628-b4c5-bb4f4fddd5f7"))).toMatchObject({
      status: 401,
    });
    const [line, ingress] = await listener.lines(2);
    expect(parseCef(line!)).toMatchObject({
      deviceEventClassId: "AUTHENTICATION_TYPE_SPAT",
      name: "AUTHENTICATION_OUTCOME_NOT_FOUND",
      severity: "1",
    });
    expect(parseCef(ingress!)).toMatchObject({
      name: "Ingress",
      severity: "6",
      extensions: { status: "401" },
    });
    expect(await verified(konnect, line!)).toBe(true);
  });

  it.each(["json", "cps"] as const)("are flat objects in %s, whose signature verifies", async (logFormat) => {
    const { listener, konnect, enable } = await start({ logFormat, traceId: "decimal" });
    await enable();
    await konnect.listControlPlanes();
    const [, line] = await listener.lines(2);
    expect(extractSignature(line!)?.format).toBe(logFormat);
    const parsed = JSON.parse(line!);
    const record = logFormat === "cps" ? parsed.event : parsed;
    expect(record).toMatchObject({
      name: "Authz.control-planes",
      severity: 1,
      granted: true,
      event_vendor: "KongInc",
    });
    expect(Object.keys(record).at(-1)).toBe("sig");
    // The older trace id: a number with more digits than a JavaScript number holds.
    const digits = /"trace_id":(\d+)/.exec(line!)![1]!;
    expect(BigInt(digits)).toBeGreaterThan(2n ** 53n);
    expect(await verified(konnect, line!)).toBe(true);
    expect(await verified(konnect, line!.replace(digits, `${digits}0`))).toBe(false);
  });

  it("verify with any user agent", async () => {
    const { server, listener, konnect, enable } = await start();
    await enable();
    const userAgent = "x granted=false\\ sig=AAAA  ä|é";
    await fetch(`${server.url}/v2/control-planes`, {
      headers: { authorization: `Bearer ${server.token}`, "user-agent": userAgent },
    });
    const [, line] = await listener.lines(2);
    expect(parseCef(line!).extensions).toMatchObject({ granted: "true", user_agent: userAgent });
    expect(await verified(konnect, line!)).toBe(true);
  });
});
