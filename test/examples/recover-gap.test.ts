import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KonnectClient } from "../../src/index.js";
import { temporaryFolder } from "../support/cleanup.js";
import { example, siem } from "./support.js";

describe("recover-gap", () => {
  it("recovers a gap by a replay or a pull, and reports what is lost", async () => {
    const { server, variables } = await siem();
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
    const nothing = await example("recover-gap", variables);
    expect(nothing).toMatchObject({
      status: 1,
      output: expect.stringMatching(/delivery is off.*\n✗ say where the gap begins/s),
    });
    await example("setup-webhook", variables);
    await konnect.listControlPlanes();
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const replayed = await example("recover-gap", variables, "--since", since, "--poll-ms", "5");
    expect(replayed.output).toMatch(/✓ delivered again: /);
    expect(replayed.status).toBe(0);
    const folder = temporaryFolder();
    const out = join(folder, "gap.jsonl");
    const pulled = await example("recover-gap", variables, "--since", since, "--pull", "--out", out);
    expect(pulled.output).toMatch(/✓ pulled: .* records in/);
    expect(readFileSync(out, "utf8")).toContain("control-planes");
    server.fault({ path: "/v3/audit-logs", status: 403 });
    const lost = await example("recover-gap", variables, "--since", since, "--pull", "--out", out);
    expect(lost).toMatchObject({ status: 1, output: expect.stringMatching(/✗ lost: .*switched on/) });
  });

  it.each(["pull-to-file", "recover-gap", "verify-archive"])("%s answers --help", async (name) => {
    expect(await example(name, {}, "--help")).toMatchObject({
      status: 0,
      output: expect.stringMatching(/KONNECT_REGION/),
    });
  });
});
