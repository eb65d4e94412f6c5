import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { KonnectClient } from "../src/index.js";
import { startKonnect } from "../src/testing/index.js";
import { startListener } from "./support/listener.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** Runs the quickstart as `npm run quickstart` does, with these variables and none of Konnect's of this machine. */
async function quickstart(variables: Record<string, string>) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(KONNECT|SIEM)_/.test(name));
  const env = { ...Object.fromEntries(kept), ...variables };
  const child = spawn(process.execPath, ["--import", "tsx", "examples/quickstart.ts"], { cwd: root, env });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const [status] = await once(child, "close");
  return { output, status };
}

async function siem() {
  const server = await startKonnect({ timeScale: 0.001 });
  const listener = await startListener();
  open.push(server, listener);
  const variables = {
    KONNECT_TOKEN: server.token,
    KONNECT_CONTROL_PLANE_URL: server.url,
    SIEM_ENDPOINT: listener.url,
    SIEM_TOKEN: "Bearer siem-secret",
  };
  return { server, listener, variables };
}

describe("the quickstart", () => {
  it("goes the whole road on this machine", async () => {
    const { output, status } = await quickstart({});
    expect(output).toMatch(/✓ 1\. createDestination/);
    expect(output).toMatch(/✓ 2\. enableWebhook/);
    expect(output).toMatch(/✓ 3\. listControlPlanes +3 found: default, staging, production/);
    expect(output).toMatch(/✓ 4\. receive the batch +2 records/);
    expect(output).toMatch(/parseCef +Authz\.control-planes\n✓ 9\. verify its signature +valid/);
    expect(output).toMatch(
      / {2}\S+Z konghq\.com CEF:0\|KongInc\|Konnect\|1\.0\|konnect\|Authz\.control-planes\|1\|rt=/,
    );
    expect(output).not.toMatch(/✗|failed/);
    expect(status).toBe(0);
  });

  it("talks to the Konnect of the environment, and shows no secret", async () => {
    const { listener, variables } = await siem();
    const { output, status } = await quickstart(variables);
    expect(output).toMatch(/✓ 4\. look at the webhook +.*"enabled":true/);
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
    expect(output).toMatch(/delivers its records already/);
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
