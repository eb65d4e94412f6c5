import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KonnectClient } from "konnect-audit-logs";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cleanup.js";
import { run, start } from "../../support/commands.js";
import { startListen } from "../../support/listen.js";

describe("demo", () => {
  it("shows the whole way of a record, without an account", async () => {
    const { stdout, status } = await run(["demo"]);
    expect(stdout).toMatch(/✓ delivered: 2 records/);
    expect(stdout).toMatch(/^valid +authorization +list control-planes +granted/m);
    expect(stdout).toMatch(/with granted=false: invalid \(no_key_matched\)/);
    expect(status).toBe(0);
  });
});

describe("sign", () => {
  it.each(["cef", "json", "cps"])("prints %s records that verify with its key set", async (format) => {
    const folder = temporaryFolder();
    const [jwks, archive] = [join(folder, "keys.json"), join(folder, "audit.log")];
    const { stdout } = await run(["sign", "--count", "25", "--format", format, "--jwks", jwks]);
    expect(stdout.trim().split("\n")).toHaveLength(25);
    writeFileSync(archive, stdout);
    expect((await run(["verify", "--keys", jwks, archive])).stdout).toMatch(/valid +25\n/);
  });

  it("makes the same records from the same seed, and others from none", async () => {
    const args = ["sign", "--count", "3"];
    const [a, b, c, d] = await Promise.all([
      run([...args, "--seed", "x"]),
      run([...args, "--seed", "x"]),
      run([...args, "--seed", "y"]),
      run(args),
    ]);
    expect(a.stdout).toBe(b.stdout);
    expect(c.stdout).not.toBe(a.stdout);
    expect(d.stdout).toContain(new Date().toISOString().slice(0, 10));
  });

  it.each([[["--count", "0"]], [["--rate", "x"]], [["--format", "xml"]], [["--jwks", "/nowhere/keys.json"]]])(
    "refuses %j",
    async (args) => {
      expect((await run(["sign", ...args])).status).toBe(2);
    },
  );
});

describe("simulate", () => {
  it("is a Konnect that setup, listen, doctor and pull work with", async () => {
    const cwd = temporaryFolder();
    const simulator = start(["simulate", "--port", "0", "--rate", "50", "--count", "20", "--seed", "s"]);
    await expect.poll(() => simulator.state.stdout).toMatch(/KONNECT_TOKEN=.*\n/);
    const env: Record<string, string> = Object.fromEntries(
      [...simulator.state.stdout.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
    );
    const listening = await startListen(["--folder", join(cwd, "logs")], { env });
    const endpoint = `http://127.0.0.1:${listening.port}/`;
    const set = await run(["setup", "--endpoint", endpoint], { env: { ...env, SIEM_TOKEN: "Bearer files" } });
    expect(set.status).toBe(0);
    expect((await run(["doctor"], { env })).status).toBe(0);
    const pulled = await run(
      ["pull", "--since", "1h", "--until", new Date(Date.now() + 1_000).toISOString()],
      { env },
    );
    expect(pulled.status).toBe(0);
    expect(pulled.stdout).not.toBe("");
    expect(await simulator.stop("SIGINT")).toMatchObject({ status: 130 });
  });

  it("does not repeat a token that it was given", async () => {
    const file = join(temporaryFolder(), "token");
    writeFileSync(file, "kpat_given\n");
    const { state, stop } = start(["simulate", "--port", "0", "--token-file", file]);
    await expect.poll(() => state.stdout).toMatch(/CONTROL_PLANE_URL=(.*)\n/);
    const baseUrl = /URL=(.*)\n/.exec(state.stdout)![1]!;
    const konnect = new KonnectClient({ baseUrl, token: readFileSync(file, "utf8").trim() });
    expect((await konnect.listControlPlanes()).data).toHaveLength(3);
    const { output } = await stop("SIGTERM");
    expect(output).not.toContain("kpat_given");
  });

  it("says that its port is in use", async () => {
    const { port } = await startListen(["--stdout"]);
    const used = await run(["simulate", "--port", String(port)]);
    expect(used).toMatchObject({ status: 2, stderr: expect.stringMatching(/port is in use/) });
  });
});
