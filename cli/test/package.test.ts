import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startKonnect } from "konnect-audit-logs/testing";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cleanup } from "../../test/support/cleanup.js";
import cli from "../package.json";
import { environment, main } from "./support/commands.js";

const shell = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
vi.setConfig({ testTimeout: 300_000 });

let project: string;
let tarball: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "konnect-audit-"));
  // npm test has built just now, so the scripts need not run again.
  const args = ["pack", "--workspaces", "--json", "--ignore-scripts", "--pack-destination", project];
  const { stdout } = await shell("npm", args, { cwd: root });
  const packed = JSON.parse(stdout);
  const tarballs = (Array.isArray(packed) ? packed : Object.values(packed)).map(({ filename }) =>
    join(project, filename),
  );
  tarball = tarballs.find((name) => /^konnect-audit-\d/.test(basename(name)))!;
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true }));
  await shell("npm", ["install", "--no-audit", "--no-fund", ...tarballs], { cwd: project });
}, 600_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Runs what npm installed, in the empty project. */
async function npx(args: readonly string[], variables: Record<string, string> = {}) {
  const options = { cwd: project, env: environment(variables) };
  return shell("npx", ["--no-install", "konnect-audit", ...args], options).catch((error) => error);
}

describe("the packed command line", () => {
  it("is small, and contains what its users need", async () => {
    expect(statSync(tarball).size).toBeLessThan(300_000);
    const { stdout } = await shell("tar", ["-tzf", tarball]);
    const others = stdout
      .trim()
      .split("\n")
      .map((file) => file.replace(/^package\//, ""))
      .filter((file) => !/^dist\/[\w-]+\.js$/.test(file));
    expect(others.sort()).toEqual(["LICENSE", "NOTICE", "README.md", "package.json"]);
  });

  it("is clean for publint", async () => {
    const { messages } = await publint({ pkgDir: join(root, "cli"), pack: "npm", strict: true });
    expect(messages.map((message) => formatMessage(message, cli))).toEqual([]);
  });

  it("loads nothing but the parser of arguments to start", () => {
    const seen = new Set<string>();
    const visit = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      const code = readFileSync(file, "utf8");
      for (const [, name = ""] of code.matchAll(/^(?:import|export)\b[^;]*?["']([^"']+)["'];?$/gm))
        if (name.startsWith(".")) visit(join(dirname(file), name));
        else seen.add(name);
    };
    visit(main);
    const packages = [...seen].filter((name) => !name.startsWith("/") && !name.startsWith("node:"));
    expect(packages).toEqual(["@commander-js/extra-typings"]);
  });
});

describe("a folder that installed both tarballs", () => {
  it("runs the demo", async () => {
    const { stdout } = await npx(["demo"]);
    expect(stdout).toMatch(/invalid \(no_key_matched\)/);
  });

  it.each(["setup", "doctor", "listen", "pull", "tail", "recover", "forward", "simulate", "completion"])(
    "answers %s --help",
    async (name) => {
      expect((await npx([name, "--help"])).stdout).toMatch(`Usage: konnect-audit ${name}`);
    },
  );

  it("signs, verifies, parses and forwards", async () => {
    const { stdout } = await npx(["sign", "--count", "5", "--jwks", "keys.json"]);
    writeFileSync(join(project, "audit.log"), stdout);
    expect((await npx(["verify", "--keys", "keys.json", "audit.log"])).stdout).toMatch(/valid +5\n/);
    expect((await npx(["parse", "audit.log"])).stdout.trim().split("\n")).toHaveLength(5);
    const cloudwatch = ["forward", "--to", "cloudwatch", "audit.log"];
    const { code, stderr } = await npx(cloudwatch);
    expect(stderr).toMatch(/--group and --stream are required/);
    expect(code).toBe(2);
    // The client is an optional peer, and not installed here.
    const missing = await npx([...cloudwatch, "--group", "g", "--stream", "s"]);
    expect(missing.stderr).toMatch(
      /CloudWatch needs @aws-sdk\/client-cloudwatch-logs, .*: npm install @aws-sdk\/client-cloudwatch-logs/,
    );
    expect(missing.code).toBe(2);
  });

  it("sets up, checks, pulls, recovers and tears down", async () => {
    const server = await startKonnect({ timeScale: 0.001 });
    cleanup(() => server.close());
    const variables = {
      KONNECT_TOKEN: server.token,
      KONNECT_CONTROL_PLANE_URL: server.url,
      SIEM_ENDPOINT: "http://127.0.0.1:1/",
      SIEM_TOKEN: "x",
    };
    expect((await npx(["setup"], variables)).stdout).toMatch(/✓ webhook: enabled/);
    expect((await npx(["doctor"], variables)).stdout).toMatch(/✓ token/);
    expect((await npx(["pull", "--since", "1h"], variables)).stdout).toMatch(/"type":"authorization"/);
    expect((await npx(["tail", "--since", "1h", "--limit", "1"], variables)).stdout).toMatch(/^\{/);
    const recovered = await npx(["recover", "--since", "1h", "--pull"], variables);
    expect(recovered.stdout).toMatch(/✓ pulled/);
    expect((await npx(["teardown"], variables)).stdout).toMatch(/: deleted/);
    const taken = await npx(["listen", "--port", "0", "--jetstream", "x@y"], variables);
    expect(taken.stderr).toMatch(/NATS_USER/);
  });
});
