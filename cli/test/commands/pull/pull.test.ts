import { KonnectClient } from "konnect-audit-logs";
import { describe, expect, it } from "vitest";
import { siem } from "../../../../test/support/siem.js";
import { run, start } from "../../support/commands.js";

async function setUp(calls: number) {
  const { server, variables: env } = await siem();
  const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
  for (let i = 0; i < calls; i++) await konnect.listControlPlanes();
  return { server, env, konnect };
}
const planes = (text: string) =>
  text
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
    .filter(({ resource }) => resource === "control-planes");
const soon = () => new Date(Date.now() + 1_000).toISOString();

describe("pull to standard output", () => {
  it("prints the events of a window", async () => {
    const { env } = await setUp(5);
    const args = ["pull", "--since", "1h", "--until", soon(), "--poll", "20ms", "--page-size", "2"];
    const { stdout, stderr, status } = await run([...args, "--type", "authorization"], { env });
    expect(status).toBe(0);
    expect(planes(stdout)).toHaveLength(5);
    expect(planes(stdout)[0]).toMatchObject({
      type: "authorization",
      format: "pull",
      action: "list",
      granted: true,
    });
    expect(stderr).toBe("");
    const raw = await run([...args, "--output", "raw", "--resource", "control-planes"], { env });
    expect(planes(raw.stdout)).toHaveLength(5);
    expect(JSON.parse(raw.stdout.split("\n")[0]!)).toHaveProperty("ts");
    const limited = await run([...args, "--limit", "2"], { env });
    expect(limited.stdout.trim().split("\n")).toHaveLength(2);
  });

  it("can be parsed again", async () => {
    const { env } = await setUp(2);
    const raw = await run(["pull", "--since", "1h", "--until", soon(), "--poll", "20ms", "--output", "raw"], {
      env,
    });
    const parsed = await run(["parse", "--resource", "control-planes"], { input: raw.stdout });
    expect(parsed.status).toBe(0);
    expect(planes(parsed.stdout)).toHaveLength(2);
  });

  it("ends where --until is, also with --follow", async () => {
    const { env } = await setUp(3);
    const { stdout, status } = await run(
      ["pull", "--follow", "--since", "1h", "--until", soon(), "--poll", "20ms"],
      { env },
    );
    expect(status).toBe(0);
    expect(planes(stdout)).toHaveLength(3);
  });

  it("continues after errors of Konnect, and says what it waits for", async () => {
    const { server, env } = await setUp(3);
    server.fault({ path: "/v3/audit-logs", status: 429, retryAfter: 0 });
    server.fault({ path: "/v3/audit-logs", status: 503, retryAfter: 0 });
    const { stdout, stderr, status } = await run(
      ["pull", "--since", "1h", "--until", soon(), "--poll", "20ms"],
      { env },
    );
    expect(planes(stdout)).toHaveLength(3);
    expect(stderr).toMatch(/! GET \/v3\/audit-logs/);
    expect(status).toBe(0);
  });

  it("tells a refused token (2) from a Konnect that does not answer (3)", async () => {
    const { env } = await setUp(0);
    const refused = await run(["pull"], { env: { ...env, KONNECT_TOKEN: "kpat_wrong" } });
    expect(refused).toMatchObject({ status: 2, stdout: "", stderr: expect.stringMatching(/✗ .*401/) });
    expect(refused.output).not.toContain("kpat_wrong");
  });
});

describe("tail", () => {
  it("prints new records until Ctrl-C", async () => {
    const { env, konnect } = await setUp(1);
    const { state, stop } = start(["tail", "--poll", "20ms", "--type", "authorization"], { env });
    await expect
      .poll(async () => {
        await konnect.listControlPlanes();
        return planes(state.stdout.replace(/[^\n]*$/, "")).length;
      })
      .toBeGreaterThan(2);
    const { status, stdout } = await stop("SIGINT");
    expect(status).toBe(130);
    // No line is cut.
    expect(stdout.endsWith("\n")).toBe(true);
    expect(new Set(planes(stdout).map(({ trace_id }) => trace_id)).size).toBe(planes(stdout).length);
  });
});
