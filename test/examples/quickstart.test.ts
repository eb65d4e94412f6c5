import { describe, expect, it } from "vitest";
import { KonnectClient } from "../../src/index.js";
import { siem } from "../support/siem.js";
import { example } from "./support.js";

const quickstart = (variables: Record<string, string>) => example("quickstart", variables);

describe("the quickstart", () => {
  it("goes the whole way on this machine", async () => {
    const { output, status } = await quickstart({});
    expect(output).toMatch(/✓ 1\. createDestination/);
    expect(output).toMatch(/✓ 2\. enableWebhook/);
    expect(output).toMatch(/✓ 3\. listControlPlanes +3 found: default, staging, production/);
    expect(output).toMatch(/✓ 4\. receive the batch +2 records/);
    expect(output).toMatch(/✓ 6\. parse and verify +authorization: Authz\.control-planes, signature valid/);
    expect(output).toMatch(
      /^\S+Z konghq\.com CEF:0\|KongInc\|Konnect\|1\.0\|konnect\|Authz\.control-planes\|1\|rt=/m,
    );
    expect(output.trim().split("\n").length).toBeLessThanOrEqual(10);
    expect(output).not.toMatch(/✗|failed/);
    expect(status).toBe(0);
  });

  it("talks to the Konnect of the environment, and shows no secret", async () => {
    const { listener, variables } = await siem();
    const { output, status } = await quickstart(variables);
    expect(output).toMatch(/✓ 4\. getWebhook +.*"enabled":true/);
    expect(status).toBe(0);
    expect((await listener.batches(1))[0]?.headers.authorization).toBe("Bearer siem-secret");
    for (const secret of [variables.KONNECT_TOKEN, "siem-secret"]) expect(output).not.toContain(secret);
  });

  it("takes over no webhook that delivers elsewhere", async () => {
    const { server, listener, variables } = await siem();
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
    const input = { name: "theirs", endpoint: listener.url, authorization: "x", log_format: "cef" } as const;
    const { id } = await konnect.createDestination(input);
    await konnect.enableWebhook(id);
    const { output, status } = await quickstart(variables);
    expect(output).toMatch(/already delivers its records/);
    expect(status).toBe(1);
    expect((await konnect.api.GET("/v3/audit-log-webhook")).data?.audit_log_destination_id).toBe(id);
  });

  it("ends with exit status 1 when a step fails", async () => {
    const { variables } = await siem();
    const wrong = await quickstart({ ...variables, KONNECT_TOKEN: "kpat_wrong" });
    expect(wrong.output).toMatch(/✗ 1\. createDestination .*401/);
    expect(wrong.status).toBe(1);
    const { output, status } = await quickstart({ KONNECT_TOKEN: "kpat_x" });
    expect(output).toMatch(/SIEM_ENDPOINT and SIEM_TOKEN/);
    expect(status).toBe(1);
  });
});
