import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { auditRecord, auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { start } from "../../support/commands.js";
import { idsIn, setUp, startTarget, taken } from "../../support/targets.js";

/** The file of the position. */
const readerFile = (folder: string) => readdirSync(folder).find((name) => /^splunk-.*\.json$/.test(name))!;

describe("forward from files", () => {
  it("goes on where it stood, gzip or not, and waits for the end of a line", async () => {
    const { url, seen } = await startTarget(() => taken);
    const { output, file } = setUp(url);
    const lines = [...auditRecords(30)];
    writeFileSync(file, `${lines.slice(0, 20).join("\n")}\n${lines[20]!.slice(0, -9)}`);
    const first = await output("--batch", "8", file);
    expect(first).toMatch(/✓ 20 records forwarded to splunk/);
    expect(first).toMatch(/audit\.log: the last line has no line feed yet/);
    appendFileSync(file, `${lines[20]!.slice(-9)}\n${lines.slice(21).join("\n")}\n`);
    // Renamed and compressed, it is the same file.
    writeFileSync(`${file}.1.gz`, gzipSync(readFileSync(file)));
    expect(await output(`${file}.1.gz`)).toMatch(/✓ 10 records/);
    expect(await output(file, `${file}.1.gz`)).toMatch(/✓ 0 records/);
    const ids = idsIn(seen.map(({ body }) => body));
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
  });

  it("sends pulled records as events with their time, as it sends delivered ones", async () => {
    const { url, seen } = await startTarget(() => taken);
    const { output, file } = setUp(url);
    const pulled = {
      ts: "2026-11-25T10:00:00.500Z",
      type: "authorization",
      action: "list",
      granted: true,
      resource: "portals",
    };
    writeFileSync(file, `${JSON.stringify(pulled)}\n${[...auditRecords(1)][0]}\n`);
    expect(await output(file)).toMatch(/✓ 2 records/);
    const [sent] = seen.map(({ body }) =>
      body
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    );
    expect(sent?.[0]).toMatchObject({ time: expect.anything() });
    expect(Number(sent?.[0].time)).toBe(Date.parse(pulled.ts) / 1000);
    expect(JSON.stringify(sent?.[0])).toContain("portals");
  });

  it("starts over if another file has the name", async () => {
    const { url } = await startTarget(() => taken);
    const { output, file } = setUp(url);
    writeFileSync(file, `${[...auditRecords(5)].join("\n")}\n`);
    expect(await output(file)).toMatch(/✓ 5 records/);
    writeFileSync(file, `${[...auditRecords(9, { seed: "rotated" })].join("\n")}\n`);
    expect(await output(file)).toMatch(/✓ 9 records/);
  });

  it("loses nothing when it is killed at any time, and repeats only unconfirmed records", async () => {
    const { url, seen } = await startTarget(async (_, attempt) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return attempt % 5 === 0 ? { status: 503 } : taken;
    });
    const { run, file, folder } = setUp(url);
    const lines = [...auditRecords(200)];
    writeFileSync(file, `${lines.join("\n")}\n`);
    let kills = 0;
    for (;;) {
      const { state, stop, closed } = run("--batch", "5", file);
      const target = seen.length + 7 + kills;
      const killed = expect.poll(() => seen.length, { interval: 3 }).toBeGreaterThan(target);
      const isDone = await Promise.race([closed.then(() => true), killed.then(() => false)]);
      if (isDone) {
        killed.catch(() => {});
        expect(state.output).toMatch(/✓ \d+ records/);
        break;
      }
      await stop("SIGKILL");
      kills++;
    }
    expect(kills).toBeGreaterThan(2);
    const ids = idsIn(seen.map(({ body }) => body));
    expect(new Set(ids).size).toBe(200);
    // Batches that were refused with a 503, or under way at a kill, came again.
    expect(ids.length).toBeLessThanOrEqual(200 + 5 * (kills + Math.floor(seen.length / 5)));
    const { files } = JSON.parse(readFileSync(join(folder, readerFile(folder)), "utf8"));
    expect(Object.values(files)).toMatchObject([{ path: file, offset: readFileSync(file).length }]);
  });

  it.each([
    [["--to", "toString"], /--to <target>' argument 'toString' is invalid. Allowed choices are syslog/],
    [["--url", "splunk.example.com", "f"], /--url needs a scheme: https:\/\/splunk.example.com/],
    [["--url", "https://user:secret@splunk.example.com", "f"], /credentials in --url/],
    [[], /give an archive folder or files to forward, or --jetstream/],
    [["--batch", "0", "f"], /--batch.*must be an integer/],
    [["--min-wait", "1e3", "f"], /--min-wait.*give a number and a unit/],
    [["/nowhere/audit.log"], /audit\.log does not exist/],
  ])("says what is wrong with %j", async (args, message) => {
    const { run, file } = setUp("http://127.0.0.1:1");
    writeFileSync(file, "");
    const { output, status } = await run(...args.map((arg) => (arg === "f" ? file : arg))).closed;
    expect(output).toMatch(message);
    expect(output).not.toContain("secret");
    expect(status).toBe(2);
  });

  it("exits with 1 when the target refused a record, and keeps it as a dead letter", async () => {
    const { url } = await startTarget(({ body }) =>
      body.includes("poison") ? { status: 400, body: { text: "Invalid data format", code: 6 } } : taken,
    );
    const { run, file, folder } = setUp(url);
    const bad = auditRecord({ user_agent: "poison" });
    writeFileSync(file, `${[...auditRecords(5)].join("\n")}\n${bad}\n`);
    const { stderr, status } = await run(file).closed;
    expect(stderr).toMatch(/! 5 records forwarded to splunk\n✗ 1 record refused: see /);
    expect(status).toBe(1);
    const letters = join(folder, readerFile(folder).replace("json", "dead-letter.jsonl"));
    expect(JSON.parse(readFileSync(letters, "utf8"))).toMatchObject({ raw: bad });
  });

  it("refuses a broken position, which would send everything again", async () => {
    const { url } = await startTarget(() => taken);
    const { run, file, folder } = setUp(url);
    writeFileSync(file, `${[...auditRecords(1)][0]}\n`);
    await run(file).closed;
    writeFileSync(join(folder, readerFile(folder)), "{");
    const { status, stderr } = await run(file).closed;
    expect(stderr).toMatch(/splunk-[\da-f]{8}\.json is broken: restore it/);
    expect(status).toBe(2);
  });

  it("exits with 2 when the target refuses the credential", async () => {
    const { url } = await startTarget(() => ({ status: 403, body: { text: "Invalid token", code: 4 } }));
    const { run, file } = setUp(url);
    writeFileSync(file, `${[...auditRecords(1)].join("\n")}\n`);
    expect(await run(file).closed).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/answered 403/),
    });
  });

  it("does not print a credential that no header takes", async () => {
    const { file } = setUp("");
    writeFileSync(file, "");
    const args = ["forward", "--to", "loki", "--url", "http://127.0.0.1:1", file];
    const { status, output } = await start(args, { env: { SIEM_CREDENTIAL: "s3cret\n" } }).closed;
    expect(status).toBe(2);
    expect(output).toMatch(/SIEM_CREDENTIAL is empty or not a valid header value/);
    expect(output).not.toContain("s3cret");
  });
});
