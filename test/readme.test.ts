import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { PortalClient } from "../src/client/webhook-methods.js";
import { KonnectClient } from "../src/index.js";
import { startKonnect } from "../src/testing/index.js";
import { compile, root } from "./support/compile.js";

const readme = readFileSync(join(root, "README.md"), "utf8");
const docs = ["docs/webhook-or-pull.md", "docs/verifying.md", "docs/receiving.md"].map((name) =>
  readFileSync(join(root, name), "utf8"),
);
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

describe("the README", () => {
  it("names the request of every method, as the description has it", () => {
    const rows = [...readme.matchAll(/^\| `(\w+)\(.*?\)` +\| `([A-Z]+) (\/\S+)`/gm)];
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

  it("has code that the compiler takes, as have the docs", () => {
    // What one block leaves for the next.
    const given = `
      declare const konnect: import("konnect-audit-logs").KonnectClient;
      declare const line: string;
      declare function readTokenFromVault(): Promise<string>;
    `;
    const files = new Map(
      [readme, ...docs]
        .flatMap((text) => blocks("ts", text))
        .map((code, i) => [join(root, `readme-${i}.ts`), `${code}\nexport {};`]),
    );
    files.set(join(root, "readme-given.d.ts"), given);
    expect(compile(files)).toEqual([]);
    expect(files.size).toBeGreaterThan(9);
  });

  it("has a first example that runs", async () => {
    const server = await startKonnect();
    const variables = {
      KONNECT_TOKEN: server.token,
      KONNECT_CONTROL_PLANE_URL: server.url,
      SIEM_ENDPOINT: "https://x.test",
      SIEM_TOKEN: "x",
    };
    const code = blocks("ts")[0]!;
    expect(code.trim().split("\n").length).toBeLessThanOrEqual(15);
    const konnect = new KonnectClient({ token: server.token, baseUrl: server.url });
    try {
      // As a newcomer does: again and again.
      for (let i = 0; i < 2; i++)
        expect(await runBlock(code, variables)).toBe(
          "default\nstaging\nproduction\nlist control-planes true\nunsigned\n",
        );
      expect((await konnect.listDestinations()).data).toHaveLength(1);
      const { id } = await konnect.createDestination({
        name: "theirs",
        endpoint: "https://theirs.test",
        authorization: "x",
        log_format: "cef",
      });
      await konnect.enableWebhook(id);
      await expect(runBlock(code, variables)).rejects.toThrow(/delivers to another destination/);
      expect(await konnect.getWebhook()).toMatchObject({ audit_log_destination_id: id });
    } finally {
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
