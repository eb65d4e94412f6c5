import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { KonnectClient } from "konnect-audit-logs";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/cleanup.js";
import { run, start } from "./support/commands.js";
import { startListen } from "./support/listen.js";
import { regions } from "./support/regions.js";

const soon = () => new Date(Date.now() - 1_000).toISOString();
const jsonl = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("several regions in one process", () => {
  it("setup, doctor and teardown: one destination, the webhook of each region", async () => {
    const { us, eu, variables: env } = await regions();
    const [inUs, inEu] = [us, eu].map(({ url, token }) => new KonnectClient({ baseUrl: url, token }));
    const up = await run(["setup"], { env });
    expect(up.stdout).toMatch(
      /✓ us: destination SIEM \(.*\): created\n✓ us: webhook: enabled\n✓ eu: destination SIEM \(.*\): as it was\n✓ eu: webhook: enabled\n/,
    );
    const { data } = await inUs!.listDestinations();
    expect(data).toHaveLength(1);
    for (const konnect of [inUs!, inEu!])
      expect(await konnect.getWebhook()).toMatchObject({
        enabled: true,
        audit_log_destination_id: data[0]!.id,
      });

    const check = await run(["doctor"], { env });
    expect(check.stdout).toMatch(/^us\n✓ token [\s\S]*\n\neu\n✓ token /);
    const report = JSON.parse((await run(["doctor", "--json"], { env })).stdout);
    expect(report).toMatchObject([
      { region: "us", ok: true },
      { region: "eu", ok: true },
    ]);

    const down = await run(["teardown"], { env });
    expect(down.stdout).toMatch(
      /✓ us: webhook: deleted\n✓ us: destination SIEM \(.*\): deleted\n✓ eu: webhook: deleted\n/,
    );
    expect(down.status).toBe(0);
    expect((await inUs!.listDestinations()).data).toEqual([]);
  });

  it("pull prints the records of all of them downwards in time, with their region", async () => {
    const { us, eu, variables: env } = await regions();
    const begin = Date.now() - 600_000;
    for (let i = 0; i < 30; i++) (i % 2 ? us : eu).record({ at: begin + i * 1_000, seed: i });
    const { stdout, status } = await run(["pull", "--since", "1h", "--until", soon(), "--page-size", "4"], {
      env,
    });
    const events = jsonl(stdout);
    expect(status).toBe(0);
    const times = events.map(({ time }) => time);
    expect(times).toEqual([...times].sort());
    expect(events.filter(({ region }) => region === "us")).toHaveLength(15);
    expect(events.filter(({ region }) => region === "eu")).toHaveLength(15);
  });

  it("tail follows all of them", async () => {
    const { us, eu, variables: env } = await regions();
    const tail = start(["tail", "--since", "1h", "--poll", "20ms", "--columns", "region,type"], { env });
    us.record({ at: Date.now() - 2_000 });
    eu.record({ at: Date.now() - 2_000 });
    await expect.poll(() => tail.state.stdout).toMatch(/"us"/);
    await expect.poll(() => tail.state.stdout).toMatch(/"eu"/);
    expect((await tail.stop("SIGTERM")).status).toBe(0);
  });

  it("pull --folder has an archive for each, which are read as one", async () => {
    const { us, eu, variables: env } = await regions();
    const folder = join(temporaryFolder(), "pulled");
    us.record({ at: Date.now() - 60_000 });
    eu.record({ at: Date.now() - 60_000 });
    const pull = ["pull", "--folder", folder, "--since", "1h"];
    expect((await run(pull, { env })).status).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(["eu", "us"]);
    const { stdout } = await run(["parse", folder, "--type", "authorization"]);
    expect(jsonl(stdout)).toHaveLength(2);
    // Neither form hides the records of the other.
    const one = await run([...pull, "--region", "us"], {
      env: { ...env, KONNECT_AUDIT_BASE_URL: `us=${us.url}` },
    });
    expect(one).toMatchObject({ status: 2, stderr: expect.stringMatching(/has an archive for each region/) });
    const several = await run(["pull", "--folder", join(folder, "us"), "--since", "1h"], { env });
    expect(several).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/is the archive of one region/),
    });
  });

  it("listen verifies with the keys of all of them, and its archive names them", async () => {
    const { us, eu, variables } = await regions();
    const { SIEM_ENDPOINT: _, ...env } = variables;
    const folder = join(temporaryFolder(), "audit");
    const { port, stop } = await startListen(["--folder", folder, "--require-valid"], {
      env: { ...env, SIEM_TOKEN: "Bearer siem-secret" },
    });
    const endpoint = `http://127.0.0.1:${port}/`;
    expect((await run(["setup", "--endpoint", endpoint], { env: { ...env } })).status).toBe(0);
    us.record();
    eu.record();
    await us.settled();
    await eu.settled();
    await stop("SIGTERM");
    const verified = await run(["verify", folder], { env });
    expect(verified.status).toBe(0);
    const { stdout } = await run(["parse", folder, "--type", "authorization"]);
    expect(jsonl(stdout).length).toBeGreaterThanOrEqual(2);
    const info = JSON.parse(readFileSync(join(folder, "archive.json"), "utf8"));
    expect(info.baseUrls).toEqual([us.url, eu.url]);
  });

  it("recover and pull --out take one", async () => {
    const { variables: env } = await regions();
    const recovered = await run(["recover", "--since", "1h"], { env });
    expect(recovered).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/recover takes one region.*us, eu/),
    });
    const out = await run(["pull", "--out", join(temporaryFolder(), "o.jsonl")], { env });
    expect(out).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/--out takes the records of one region/),
    });
  });
});
