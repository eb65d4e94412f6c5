import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { auditRecord, auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cleanup.js";
import { run } from "../../support/commands.js";

const lines = [...auditRecords(20)];
const pulled = {
  ts: "2026-11-25T10:00:00Z",
  type: "authorization",
  action: "list",
  granted: true,
  resource: "portals",
};
const jsonLines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("parse", () => {
  it("reads every form, from files and standard input, plain and gzip", async () => {
    const folder = temporaryFolder();
    const [plain, zipped] = [join(folder, "a.log"), join(folder, "b.log.gz")];
    const cps = auditRecord({ format: "cps", seed: "c" });
    writeFileSync(plain, `${lines.slice(0, 3).join("\n")}\n${cps}\n`);
    writeFileSync(
      zipped,
      gzipSync(`${auditRecord({ format: "json", seed: "j" })}\n${JSON.stringify(pulled)}\n`),
    );
    const { stdout, status } = await run(["parse", plain, zipped]);
    expect(status).toBe(0);
    expect(jsonLines(stdout).map(({ format }) => format)).toEqual([
      "cef",
      "cef",
      "cef",
      "cps",
      "json",
      "pull",
    ]);
    const input = await run(["parse"], { input: gzipSync(lines.join("\n")) });
    expect(jsonLines(input.stdout)).toHaveLength(20);
    expect(await run(["parse"], { input: "" })).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  it("exits with 1 when a line is not a record, and parses the others", async () => {
    const { stdout, stderr, status } = await run(["parse"], {
      input: `${lines[0]}\nnot a record\u001b[2J\n${lines[1]}\n`,
    });
    expect(jsonLines(stdout)).toHaveLength(2);
    expect(stderr).toMatch(/^! standard input:2: not a record: .*\n✗ 1 line is not a record\n$/);
    expect(stderr).not.toContain("\u001b");
    expect(status).toBe(1);
    const many = await run(["parse"], { input: "x\n".repeat(50) });
    expect(many.stderr.split("\n")).toHaveLength(12);
    expect(many.stderr).toMatch(/✗ 50 lines are not records/);
  });

  it.each([
    ["table", /^TIME +RESULT +SUMMARY +PRINCIPAL +SRC\n00:00:00 {2}200 {5}PUT \/v2\/usage/],
    ["csv", /^time,type,name,.*\r\n2026-01-01T00:00:00\.000Z,/],
    ["raw", new RegExp(`^${lines[0]!.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\n`)],
    ["json", /^\[\n\{\n {2}"type": /],
    ["jsonl", /^\{"type":.*\}\n\{/],
  ])("prints --output %s", async (format, expected) => {
    const { stdout, status } = await run(["parse", "--output", format], {
      input: lines.slice(0, 2).join("\n"),
    });
    expect(stdout).toMatch(expected);
    if (format === "json") expect(JSON.parse(stdout)).toHaveLength(2);
    expect(status).toBe(0);
  });

  it("prints an empty list as JSON", async () => {
    const none = await run(["parse", "--output", "json"], { input: "" });
    expect(JSON.parse(none.stdout)).toEqual([]);
  });

  it("prints chosen columns and at most --limit records", async () => {
    const { stdout } = await run(["parse", "--columns", "trace_id,type,nothing", "--limit", "2"], {
      input: lines.join("\n"),
    });
    const [first, ...others] = jsonLines(stdout);
    expect(Object.keys(first)).toEqual(["trace_id", "type", "nothing"]);
    expect(first.nothing).toBeNull();
    expect(others).toHaveLength(1);
  });

  it("prints records in a range of time, and those that the filters match", async () => {
    const range = ["--since", "2026-01-01T00:00:00.137Z", "--until", "2026-01-01T00:00:00.411Z"];
    const { stdout } = await run(["parse", ...range], { input: lines.join("\n") });
    expect(jsonLines(stdout).map(({ time }) => time.slice(20, 23))).toEqual(["137", "274", "411"]);
    const some = await run(
      ["parse", "--type", "access", "--type", "authentication", "--src", "192.0.2.0/24"],
      { input: lines.join("\n") },
    );
    const types = new Set(jsonLines(some.stdout).map(({ type }) => type));
    expect(types).toEqual(new Set(["access", "authentication"]));
  });

  it("never sends a control character of a client to a terminal or a file, except with --output raw", async () => {
    const evil = auditRecord({
      format: "json",
      user_agent: "\u001b]0;pwned\u0007\u009b2J\u202e",
      principal_name: "\u001b[31m",
    });
    for (const output of ["table", "csv", "json", "jsonl"]) {
      const { stdout } = await run(["parse", "--output", output, "--columns", "principal_name,user_agent"], {
        input: evil,
      });
      expect(stdout.replace(/[\r\n]/g, "")).not.toMatch(/[\p{Cc}\u202e]/u);
      expect(stdout).toMatch(/pwned/);
    }
    expect((await run(["parse", "--output", "raw"], { input: evil })).stdout).toBe(`${evil}\n`);
  });

  it.each([
    [["nowhere.log"], 2, /✗ nowhere\.log does not exist/],
    [["."], 2, /✗ .*is not an archive/],
    [["--type", "nonsense"], 2, /--type.*must be one of/],
    [["--signal", "nonsense"], 2, /--signal.*must be one of server_error/],
    [["--src", "nowhere"], 2, /--src.*IP address/],
    [["--src", "10.0.0.0/33"], 2, /--src.*IP address/],
    [["--where", "novalue"], 2, /--where.*key=value/],
    [["--columns", "a,,b"], 2, /--columns.*separated by commas/],
    [["--output", "xml"], 2, /--output.*Allowed choices/],
    [["--since", "1h", "--until", "2h"], 2, /must be before/],
  ])("refuses %j with status %i", async (args, expected, problem) => {
    const { status, stderr } = await run(["parse", ...args], { input: "" });
    expect(stderr).toMatch(problem);
    expect(status).toBe(expected);
  });

  it("says that an archive is cut, with status 3", async () => {
    const file = join(temporaryFolder(), "cut.log.gz");
    writeFileSync(file, gzipSync(lines.join("\n")).subarray(0, 700));
    expect(await run(["parse", file])).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(
        /! .*cut\.log\.gz: .*gzip.*\n✗ could not be read to the end: .*cut\.log\.gz/,
      ),
    });
  });
});
