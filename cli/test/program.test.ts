import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { version } from "../../package.json";
import cli from "../package.json";
import { environment, main, run, start } from "./support/commands.js";

const COMMANDS = [
  ...[
    "demo",
    "setup",
    "doctor",
    "teardown",
    "listen",
    "pull",
    "tail",
    "recover",
    "verify",
    "parse",
    "forward",
  ],
  ...["sign", "simulate", "completion"],
];
const shell = promisify(execFile);

describe("konnect-audit", () => {
  it("says that a command does not exist, also when its help is asked for", async () => {
    for (const args of [["nope"], ["help", "nope"]]) {
      const { status, stderr } = await run(args);
      expect(status).toBe(2);
      expect(stderr).toMatch(/unknown command 'nope'/);
    }
    expect((await run(["help", "parse"])).stdout).toMatch(/^Usage: konnect-audit parse /);
  });

  it.each([
    [["pull"], { KONNECT_TOKEN: "t" }, /no region: give --region \(us, eu/],
    [["doctor", "--region", "eu"], {}, /no access token: give --token-file/],
    [["pull", "--base-url", "foo"], { KONNECT_TOKEN: "t" }, /--base-url.*It must be an https URL/],
  ])("names its own options: %j", async (args, env, problem) => {
    const { status, stderr } = await run(args, { env });
    expect(status).toBe(2);
    expect(stderr).toMatch(problem);
  });

  it("has the version of the library, which it depends on", async () => {
    expect(cli.version).toBe(version);
    expect(cli.dependencies["konnect-audit-logs"]).toBe(version);
    expect(await run(["--version"])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("lists its commands and exit statuses", async () => {
    const { stdout, status } = await run(["help"]);
    expect(status).toBe(0);
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
    expect(stdout).toMatch(/Exit status:\n {2}0 +done\n {2}1 .*\n {2}2 .*\n {2}3 /);
  });

  it.each(COMMANDS)("%s answers --help, and `help` with the same", async (name) => {
    const [option, command] = await Promise.all([run([name, "--help"]), run(["help", name])]);
    expect(option.status).toBe(0);
    expect(option.stdout).toMatch(new RegExp(`^Usage: konnect-audit ${name} `));
    expect(command.stdout).toBe(option.stdout);
  });

  it.each([
    [[], /Usage: konnect-audit/],
    [["nope"], /unknown command 'nope'/],
    [["paarse"], /Did you mean parse\?/],
    [["pull", "--sinc", "2h"], /unknown option '--sinc'\n\(Did you mean --since\?\)/],
    [["pull", "--region", "xx"], /Allowed choices are us, eu, au, me, in, sg/],
    [["pull", "--region", "us", "--base-url", "https://x.example"], /cannot be used with/],
    [["pull", "--limit"], /argument missing/],
    [["demo", "extra"], /too many arguments/],
    [["verify"], /missing required argument/],
    [["completion", "tcsh"], /Allowed choices are bash, zsh, fish/],
  ])("exits with 2 for %j", async (args, problem) => {
    const { stderr, stdout, status } = await run(args);
    expect(stderr).toMatch(problem);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });

  it("ends quietly when the reader of its output ends", async () => {
    const { stdout } = await shell("bash", [
      "-c",
      `"${process.execPath}" "${main}" sign --count 200000 | head -1; echo "\${PIPESTATUS[0]}"`,
    ]);
    expect(stdout).toMatch(/^\S.*CEF:0\|.*\n0\n$/);
  });

  it("says that its output cannot be written", async () => {
    const { stderr } = await shell("bash", [
      "-c",
      `"${process.execPath}" "${main}" sign --count 10 > /dev/full; echo "status $?" >&2`,
    ]);
    expect(stderr).toMatch(/✗ standard output: ENOSPC.*\nstatus 3/s);
  });

  it("ends with 130 on Ctrl-C, and at once on a second one", async () => {
    const running = start(["sign", "--rate", "10", "--count", "1000"]);
    await expect.poll(() => running.state.stdout).toMatch(/CEF/);
    expect(await running.stop("SIGINT")).toMatchObject({ status: 130, stderr: "" });
  });

  it("prints only results, warnings and errors with --quiet, and details with --verbose", async () => {
    const quiet = await run(["sign", "--count", "1", "--quiet", "--jwks", "/dev/null"]);
    expect(quiet.stderr).toBe("");
    const usual = await run(["sign", "--count", "1", "--jwks", "/dev/null"]);
    expect(usual.stderr).toBe("✓ the public keys are in /dev/null\n");
  });

  it("respects NO_COLOR on a terminal", async () => {
    const onTerminal = async (variables: Record<string, string>) => {
      const child = spawn("script", ["-qec", `"${process.execPath}" "${main}" parse /nowhere`, "/dev/null"], {
        // Node shows no colors where CI is set.
        env: { ...environment({ TERM: "xterm", ...variables }), CI: undefined },
      });
      let output = "";
      child.stdout.on("data", (chunk) => {
        output += chunk;
      });
      await once(child, "close");
      return output;
    };
    expect(await onTerminal({})).toContain("\u001b[31m✗ \u001b[39m");
    expect(await onTerminal({ NO_COLOR: "1" })).toBe("✗ /nowhere does not exist\r\n");
  });
});

describe("completion", () => {
  const complete = async (line: string) => {
    const { stdout: script } = await run(["completion", "bash"]);
    const words = line.split(" ");
    const list = words.map((word) => `'${word}'`).join(" ");
    const code = `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _konnect_audit; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return (await shell("bash", ["-c", code])).stdout.trim().split("\n");
  };

  it("knows commands, options and values in bash", async () => {
    expect(await complete("konnect-audit p")).toEqual(["pull", "parse"]);
    expect(await complete("konnect-audit pull --page")).toEqual(["--page-size"]);
    expect(await complete("konnect-audit pull --region e")).toEqual(["eu"]);
    expect(await complete("konnect-audit pull -r a")).toEqual(["au"]);
    expect(await complete("konnect-audit forward --to sp")).toEqual(["splunk"]);
    expect(await complete("konnect-audit completion f")).toEqual(["fish"]);
  });

  it.each(["bash", "zsh", "fish"])("gives %s a script with every command and option", async (name) => {
    const { stdout, status } = await run(["completion", name]);
    expect(status).toBe(0);
    for (const command of COMMANDS) expect(stdout).toContain(command);
    for (const option of ["page-size", "dry-run", "require-valid", "dead-letter"])
      expect(stdout).toContain(option);
    const syntax = await shell(name, ["-n", "-c", stdout]).catch((error) => error);
    // A shell that this machine lacks is not asked.
    if (syntax.code !== "ENOENT") expect(syntax.stderr).toBe("");
  });
});
