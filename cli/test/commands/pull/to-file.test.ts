import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KonnectClient } from "konnect-audit-logs";
import { describe, expect, it } from "vitest";
import { cleanup, temporaryFolder } from "../../../../test/support/cleanup.js";
import { siem } from "../../../../test/support/siem.js";
import { run } from "../../support/commands.js";

/** A Konnect with records, and a file to pull them into. */
async function setUp() {
  // A pull ends with the second before the one under way, by Konnect's clock: this moves on to the next one.
  const clock = { ahead: 0 };
  const { server, variables } = await siem({ now: () => Date.now() + clock.ahead });
  const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
  const folder = temporaryFolder();
  const out = join(folder, "audit.jsonl");
  const call = async (times: number) => {
    for (let i = 0; i < times; i++) await konnect.listControlPlanes();
    clock.ahead += 1_000;
  };
  const pull = (...args: string[]) =>
    run(["pull", "--out", out, "--type", "authorization", ...args], { env: variables });
  const lines = (file = out) =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  /** The records of the calls above; the pull's own calls make records, too. */
  const planes = () => lines().filter(({ resource }) => resource === "control-planes");
  const isDoubled = () => new Set(lines().map((line) => JSON.stringify(line))).size < lines().length;
  const now = () => new Date(Date.now() + clock.ahead).toISOString();
  return { variables, out, call, pull, lines, planes, isDoubled, folder, now };
}

describe("pull --out", () => {
  it("pulls a window into a file, once", async () => {
    const { call, pull, lines, now } = await setUp();
    await call(7);
    const until = now();
    expect((await pull("--until", until, "--page-size", "3")).output).toMatch(/✓ 7 records written to/);
    const again = await pull("--until", until, "--page-size", "3");
    expect(again).toMatchObject({ status: 0, output: expect.stringMatching(/done already: 7 records/) });
    expect(lines()).toHaveLength(7);
    expect(new Set(lines().map(({ resource }) => resource))).toEqual(new Set(["control-planes"]));
  });

  it("resumes when it is run again, and repeats nothing", async () => {
    const { call, pull, planes, isDoubled, now } = await setUp();
    await call(3);
    expect((await pull()).status).toBe(0);
    expect(planes()).toHaveLength(3);
    await call(4);
    expect((await pull()).output).toMatch(/✓ \d+ records written to .*, \d+ records in all runs/);
    expect(planes()).toHaveLength(7);
    await call(2);
    expect((await pull("--until", now())).status).toBe(0);
    expect(planes()).toHaveLength(9);
    expect((await pull()).status).toBe(0);
    expect(isDoubled()).toBe(false);
  });

  it("stops at its limit, and the next run takes the rest, each once", async () => {
    const { call, pull, lines, planes, isDoubled, variables, folder } = await setUp();
    await call(11);
    expect((await pull("--limit", "4", "--page-size", "3")).output).toMatch(/✓ 4 records written to/);
    expect((await pull("--limit", "4", "--page-size", "3")).output).toMatch(
      /✓ 4 records written to .*, 8 records in all runs/,
    );
    expect(lines()).toHaveLength(8);
    expect((await pull("--page-size", "3")).status).toBe(0);
    expect(planes()).toHaveLength(11);
    expect(isDoubled()).toBe(false);
    const out = join(folder, "follow.jsonl");
    const follow = await run(["pull", "--out", out, "--follow"], { env: variables });
    expect(follow).toMatchObject({ status: 2, output: expect.stringMatching(/--folder DIR/) });
  });

  it("refuses options that contradict what is in the file", async () => {
    const { call, pull, variables, out, now } = await setUp();
    await call(2);
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const until = now();
    expect((await pull("--since", since, "--until", until)).status).toBe(0);
    const before = readFileSync(out, "utf8");
    for (const [args, problem] of [
      [["--since", new Date(Date.now() - 7_200_000).toISOString()], /--since .* contradicts/],
      [["--until", new Date(Date.now() - 1_800_000).toISOString()], /--until .* contradicts/],
    ] as const) {
      const { status, output } = await pull(...args);
      expect(output).toMatch(problem);
      expect(status).toBe(2);
    }
    const other = await run(["pull", "--out", out, "--type", "authentication"], { env: variables });
    expect(other).toMatchObject({
      status: 2,
      output: expect.stringMatching(/--type, .* contradicts .*only type authorization/),
    });
    expect((await pull("--since", since.replace("Z", "+00:00"), "--until", until)).output).toMatch(
      /done already/,
    );
    expect(readFileSync(out, "utf8")).toBe(before);
  });

  it.each([
    [["--since", "yesterday"], /--since.*RFC 3339/],
    [["--until", "2026-13-01T00:00:00Z"], /--until.*RFC 3339/],
    [["--since", "1h", "--until", "2h"], /--since must be before --until/],
    [["--type", "other"], /--type.*must be one of/],
    [["--limit", "0"], /--limit.*must be an integer/],
    [["--page-size", "1e3"], /--page-size.*must be an integer/],
    [["--page-size", "1001"], /--page-size.*from 1 to 1000/],
    [["--poll=-5"], /--poll.*give a number and a unit/],
    [["--output", "table"], /--out takes --output raw/],
  ])("refuses %j", async (args, problem) => {
    const { variables, out } = await setUp();
    const { status, output } = await run(["pull", "--out", out, ...args], { env: variables });
    expect(output).toMatch(problem);
    expect(status).toBe(2);
    expect(existsSync(out)).toBe(false);
  });

  it("refuses a second one on the same file, and a file or checkpoint that is not its own", async () => {
    const { call, pull, variables, out } = await setUp();
    await call(1);
    await pull();
    // Another process holds the file, as its lease tells; tests make its times short.
    mkdirSync(`${out}.lease`, { recursive: true });
    const holder = setInterval(() => writeFileSync(`${out}.lease/9`, `{"pid":1,"n":${Math.random()}}`), 20);
    cleanup(() => clearInterval(holder));
    const env = { ...variables, KONNECT_AUDIT_TEST_LEASE_SCALE: "0.05" };
    const second = await run(["pull", "--out", out, "--type", "authorization"], { env });
    expect(second).toMatchObject({
      status: 3,
      output: expect.stringMatching(/audit\.jsonl\.lease is held by/),
    });
    clearInterval(holder);
    writeFileSync(`${out}.lease/9`, "released");
    const kept = readFileSync(`${out}.checkpoint`, "utf8");
    writeFileSync(`${out}.checkpoint`, "{");
    expect(await pull()).toMatchObject({
      status: 2,
      output: expect.stringMatching(/is not the checkpoint of a pull/),
    });
    writeFileSync(`${out}.checkpoint`, JSON.stringify({ ...JSON.parse(kept), size: 1e6 }));
    expect(await pull()).toMatchObject({
      status: 2,
      output: expect.stringMatching(/contradicts|shorter than/),
    });
    writeFileSync(`${out}.checkpoint`, kept);
    appendFileSync(out, "torn");
    const again = await pull();
    expect(again.status).toBe(0);
    expect(readFileSync(out, "utf8")).not.toContain("torn");
  });
});
