import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KonnectClient } from "konnect-audit-logs";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cleanup.js";
import { siem } from "../../../../test/support/siem.js";
import { run } from "../../support/commands.js";

describe("recover", () => {
  it("recovers a gap by a replay or a pull, and reports what is lost", async () => {
    const { server, variables: env } = await siem();
    const cwd = temporaryFolder();
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
    const nothing = await run(["recover"], { env, cwd });
    expect(nothing).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/delivery is off.*\n✗ say where the gap begins/s),
    });
    await run(["setup"], { env });
    await konnect.listControlPlanes();
    const replayed = await run(["recover", "--since", "1h", "--poll", "5ms"], { env, cwd });
    expect(replayed.stdout).toMatch(/✓ delivered again: /);
    expect(replayed.status).toBe(0);
    const out = join(cwd, "gap.jsonl");
    const pulled = await run(["recover", "--since", "1h", "--pull", "--out", out], { env });
    expect(pulled.stdout).toMatch(/✓ pulled: .* records\n✓ \d+ new records in .*gap\.jsonl/);
    expect(readFileSync(out, "utf8")).toContain("control-planes");
    server.fault({ path: "/v3/audit-logs", status: 403 });
    const lost = await run(["recover", "--since", "1h", "--pull", "--out", out], { env });
    expect(lost).toMatchObject({ status: 3, stdout: expect.stringMatching(/✗ lost: .*switched on/) });
  });

  it.each([
    [["--since", "yesterday"], /--since.*RFC 3339/],
    [["--since", "1h", "--until", "2h"], /must be before/],
    [["--since", "2026-02-30"], /--since.*2026-02 has 28 days/],
  ])("refuses %j", async (args, problem) => {
    const { variables: env } = await siem();
    expect(await run(["recover", ...args], { env })).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(problem),
    });
  });
});
