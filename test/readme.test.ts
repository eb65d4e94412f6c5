import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { PortalClient } from "../src/client/webhook-methods.js";
import { KonnectClient } from "../src/index.js";
import { startKonnect } from "../src/testing/index.js";
import { compile, root } from "./support/compile.js";
import { freePort } from "./support/loopback.js";

const readme = readFileSync(join(root, "README.md"), "utf8");
const documents = [
  ...["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/README.md"],
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
].map((name) => readFileSync(join(root, name), "utf8"));
const api = readFileSync(join(root, "docs/api.md"), "utf8");
const blocks = (language: string, text = readme) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, code]) => code!);
const run = promisify(execFile);

/** Runs a TypeScript file with the variables of Konnect's that are given, and no others. */
async function tsx(file: string, variables: Record<string, string> = {}): Promise<string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(KONNECT|SIEM)_/.test(name));
  const env = { ...Object.fromEntries(kept), ...variables };
  return (await run(process.execPath, ["--import", "tsx", file], { cwd: root, env })).stdout;
}

/** Runs one of the README's blocks. */
async function runBlock(code: string, variables?: Record<string, string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  const file = join(folder, "block.mts");
  writeFileSync(file, code);
  return tsx(file, variables).finally(() => rmSync(folder, { recursive: true }));
}

/** Starts one of the README's blocks, which runs until it is stopped. */
function startBlock(code: string, variables: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  const file = join(folder, "block.mts");
  writeFileSync(file, code);
  const child = spawn(process.execPath, ["--import", "tsx", file], {
    cwd: root,
    env: { ...process.env, ...variables },
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const stop = () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  };
  return { output: () => output, stop };
}

describe("the README", () => {
  it("leads to a table of every method, with its request in the description", () => {
    const rows = [...api.matchAll(/^\| `(\w+)\(.*?\)` +\| `([A-Z]+) (\/\S+)`/gm)];
    const { paths } = parse(readFileSync(join(root, "openapi/konnect-audit-logs.yaml"), "utf8"));
    for (const [, , method, path] of rows) expect(paths[path!]).toHaveProperty(method!.toLowerCase());
    const names = [KonnectClient.prototype, PortalClient.prototype].flatMap((prototype) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(prototype)).concat(
        Object.getOwnPropertyNames(prototype),
      ),
    );
    const calls = new Set(names.filter((name) => !["constructor", "portal", "now"].includes(name)));
    for (const name of Object.getOwnPropertyNames(Object.prototype)) calls.delete(name);
    expect(new Set(rows.map(([, name]) => name))).toEqual(calls);
  });

  it("has code that compiles, like every other document", () => {
    // What one block leaves for the next.
    const given = `
      declare const konnect: import("konnect-audit-logs").KonnectClient;
      declare const line: string;
      declare function readTokenFromVault(): Promise<string>;
    `;
    const files = new Map(
      documents
        .flatMap((text) => blocks("ts", text))
        .map((code, i) => [join(root, `readme-${i}.ts`), `${code}\nexport {};`]),
    );
    files.set(join(root, "readme-given.d.ts"), given);
    expect(compile(files)).toEqual([]);
    expect(files.size).toBeGreaterThan(9);
  });

  it("has a first example of twenty lines that receives and verifies", async () => {
    const code = blocks("ts")[0]!;
    expect(code.trim().split("\n").length).toBeLessThanOrEqual(20);
    const [server, port] = [await startKonnect({ timeScale: 0.001 }), await freePort()];
    const keys = `${server.url}/v2/audit-log-webhook/jwks.json`;
    const child = startBlock(
      code.replace('{ region: "us" }', JSON.stringify(keys)).replace("8080", String(port)),
      {
        SIEM_TOKEN: "Bearer x",
      },
    );
    try {
      await expect
        .poll(() =>
          fetch(`http://127.0.0.1:${port}`).then(
            ({ status }) => status,
            () => 0,
          ),
        )
        .toBe(405);
      const konnect = new KonnectClient({ token: server.token, baseUrl: server.url });
      const destination = await konnect.createDestination({
        name: "S",
        endpoint: `http://127.0.0.1:${port}/`,
        authorization: "Bearer x",
        log_format: "cef",
      });
      await konnect.enableWebhook(destination.id);
      await konnect.listControlPlanes();
      await expect.poll(child.output).toMatch(/^[0-9a-f]{64} valid Authz\.control-planes [0-9a-f-]{36}$/m);
    } finally {
      child.stop();
      await server.close();
    }
  });

  it("has a testing example that runs", async () => {
    const code = blocks("ts").find((block) => block.includes("startKonnect"))!;
    expect(await runBlock(code)).toBe("2\n");
  });

  it("shows what the quickstart really prints", async () => {
    // What differs from run to run.
    const steady = (text: string) =>
      text
        .trim()
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<uuid>")
        .replace(/:\d{4,5}\b/g, ":<port>")
        .replace(/\b[\w-]{86}(?![\w-])/g, "<signature>")
        .replace(/(key) [\w-]{43}/g, "$1 <kid>")
        .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>")
        .replace(/\b[0-9a-f]{8}0{8}[0-9a-f]{16}\b/g, "<trace>")
        .replace(/\b1\d{12}\b/g, "<ms>");
    expect(steady(blocks("text")[0]!)).toBe(steady(await tsx("examples/quickstart.ts")));
  });

  it("names the commands that CI runs", () => {
    const commands = blocks("sh").map((command) => command.trim());
    expect(commands).toContain("npm ci && npm run quickstart");
    expect(commands).toContain("npm ci && npm test");
    expect(readFileSync(join(root, ".ci/run"), "utf8")).toContain("npm ci && npm test");
  });
});
