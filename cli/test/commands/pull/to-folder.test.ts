import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { KonnectClient } from "konnect-audit-logs";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cleanup.js";
import { siem } from "../../../../test/support/siem.js";
import { run } from "../../support/commands.js";

const small = ["--compress", "--segment-bytes", "4K"];

describe("pull --folder, and after it", () => {
  it("another pull, recover and parse, each record once", async () => {
    // A pull ends with the second before the one under way, by Konnect's clock: this moves on to the next one.
    const clock = { ahead: 0 };
    const { server, variables: env } = await siem({ now: () => Date.now() + clock.ahead });
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
    const folder = join(temporaryFolder(), "pulled");
    const call = async () => {
      await konnect.listControlPlanes();
      clock.ahead += 1_000;
    };
    await call();
    expect((await run(["pull", "--folder", folder], { env })).status).toBe(0);
    await call();
    expect((await run(["pull", "--folder", folder, ...small], { env })).status).toBe(0);
    const recovered = await run(["recover", "--pull", "--since", "1h", "--folder", folder], { env });
    expect(recovered).toMatchObject({ status: 0, stdout: expect.stringMatching(/✓ \d+ new records? in/) });
    const again = await run(["recover", "--pull", "--since", "1h", "--folder", folder], { env });
    expect(again.status).toBe(0);
    const { stdout, status } = await run(["parse", folder, "--output", "raw"]);
    const records = stdout.trim().split("\n");
    expect(status).toBe(0);
    expect(new Set(records).size).toBe(records.length);
    expect(records.filter((record) => record.includes('"control-planes"'))).toHaveLength(2);
    expect(statSync(folder).mode & 0o077).toBe(0);
    // The other source is refused.
    const listening = await run(["listen", "--folder", folder, "--port", "0"], { env: { SIEM_TOKEN: "x" } });
    expect(listening).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/is an archive of pulled records/),
    });
  });

  it("a token of another organization is refused, with both named, and nothing is stored", async () => {
    for (const way of [
      ["--folder", "pulled"],
      ["--out", "pulled.jsonl"],
    ]) {
      const clock = { ahead: 0 };
      const { server, variables: env } = await siem({ now: () => Date.now() + clock.ahead });
      const cwd = temporaryFolder();
      const at = Date.now() - 5_000;
      server.record({ seed: "own", at });
      expect((await run(["pull", ...way, "--since", "1h"], { env, cwd })).status).toBe(0);
      const text = readFileSync(
        join(cwd, way[0] === "--out" ? "pulled.jsonl.checkpoint" : "pulled/archive.json"),
        "utf8",
      );
      const { organization } = JSON.parse(text);
      server.record({ seed: `other ${way}`, at: Date.now() - 1_500, org_id: "another" });
      clock.ahead += 1_500;
      const refused = await run(["pull", ...way], { env, cwd });
      expect(refused.status).toBe(2);
      expect(refused.stderr).toContain(`organization ${organization}, and Konnect returned one of another`);
    }
  });
});
