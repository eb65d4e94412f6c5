import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string) => join(root, "node_modules/.bin", name);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

let project: string;
let tarball: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "konnect-audit-logs-"));
  // npm test has built just now, so the scripts need not run again.
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], {
    cwd: root,
  });
  tarball = join(project, JSON.parse(stdout)[0].filename);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--no-save", tarball], { cwd: project });
  cpSync(join(root, "test/package"), project, { recursive: true });
  // Generous, because npm, the registry and the disk can be slow on a busy machine.
}, 600_000);
vi.setConfig({ testTimeout: 300_000 });

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the packed tarball", () => {
  it("contains what its users need, and nothing else", async () => {
    const { stdout } = await run("tar", ["-tzf", tarball]);
    const files = stdout
      .trim()
      .split("\n")
      .map((file) => file.replace(/^package\//, ""));
    const others = files.filter(
      (file) =>
        !/^(dist\/[\w./-]+\.(js|cjs|d\.ts|d\.cts)|docs\/(siem\/)?[\w-]+\.md|deploy\/[\w.@-]+|examples\/[\w-]+\.ts)$/.test(
          file,
        ),
    );
    expect(others.sort()).toEqual([
      "CHANGELOG.md",
      "CODE_OF_CONDUCT.md",
      "CONTRIBUTING.md",
      "LICENSE",
      "NOTICE",
      "README.md",
      "SECURITY.md",
      "cli/README.md",
      "openapi/konnect-audit-logs.yaml",
      "package.json",
      "site/pictures/playground.png",
      "site/pictures/quickstart.svg",
    ]);
  });

  it("has no dead link in its README and guides", async () => {
    const { stdout } = await run("tar", ["-tzf", tarball]);
    const files = new Set(
      stdout
        .trim()
        .split("\n")
        .map((file) => file.replace(/^package\//, "")),
    );
    const pages = [...files].filter((file) => file.endsWith(".md"));
    const dead: string[] = [];
    for (const page of pages)
      for (const [, link = ""] of readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)\s]+)\)/g)) {
        const path = join(dirname(page), link.split("#")[0]!);
        if (!/^https?:/.test(link) && !link.startsWith("#") && !files.has(path))
          dead.push(`${page}: ${link}`);
      }
    expect(pages.length).toBeGreaterThan(10);
    expect(dead).toEqual([]);
  });

  it("is clean for publint", async () => {
    const { messages } = await publint({ pkgDir: root, pack: "npm", strict: true });
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it("is clean for attw, at every entry point", async () => {
    const { stdout } = await run(bin("attw"), [tarball, "--format", "json"]);
    const { problems, analysis } = JSON.parse(stdout);
    expect(problems ?? {}).toEqual({});
    expect(Object.keys(analysis.entrypoints)).toEqual([
      ".",
      "./records",
      "./signature",
      "./wasm",
      "./receiver",
      "./testing",
      "./zod",
      "./openapi",
      "./package.json",
    ]);
  });
});

const expected = {
  enabled: true,
  planes: ["one", "two"],
  total: 2,
  action: "list",
  reason: "no_marker",
  text: true,
};

describe("a project that installed it", () => {
  it.each(["consumer.mjs", "consumer.cjs"])("in JavaScript: %s", async (file) => {
    const { stdout, stderr } = await run(process.execPath, [file], { cwd: project });
    expect(JSON.parse(stdout)).toEqual(expected);
    expect(stderr).toBe("");
  });

  it.each([
    ["nodenext", ["consumer.mts", "consumer.cts"]],
    ["bundler", ["consumer.mts"]],
  ])("in TypeScript with full types, resolution %s", async (resolution, files) => {
    const compilerOptions = {
      target: "ES2022",
      module: resolution === "nodenext" ? "nodenext" : "esnext",
      moduleResolution: resolution,
      lib: ["ES2022", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
      types: [],
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      outDir: `out-${resolution}`,
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    await run(bin("tsc"), ["-p", "."], { cwd: project }).catch(({ stdout }) => expect.unreachable(stdout));
    for (const file of files) {
      const built = join(`out-${resolution}`, file.replace("ts", "js"));
      const { stdout } = await run(process.execPath, [built], { cwd: project });
      expect(JSON.parse(stdout)).toEqual(expected);
    }
  });

  it("gets a root entry that only re-exports", () => {
    const root = readFileSync(join(project, "node_modules/konnect-audit-logs/dist/index.js"), "utf8");
    for (const statement of root.trim().split("\n")) expect(statement).toMatch(/^export \{.*\} from '.*';$/);
  });

  it("knows its errors by brand when both copies of the package are loaded", async () => {
    const { stdout } = await run(process.execPath, ["brand.mjs"], { cwd: project });
    const { copies, seen } = JSON.parse(stdout);
    expect(copies).toBe(2);
    const [syntax, api] = [
      ["110", "110"],
      ["101", "101"],
    ];
    expect(seen).toEqual([syntax, api, syntax, api]);
  });

  it.each(["records", "signature", "wasm"])("loads only the package itself with ./%s", async (entry) => {
    const graph = (file: string, seen = new Set<string>()): Set<string> => {
      if (seen.has(file)) return seen;
      seen.add(file);
      const code = readFileSync(file, "utf8");
      for (const [, name = ""] of code.matchAll(/(?:from|import|require\(|import\()\s*["']([^"']+)["']/g)) {
        if (name.startsWith(".")) graph(join(dirname(file), name), seen);
        else seen.add(name);
      }
      return seen;
    };
    const dist = join(project, "node_modules/konnect-audit-logs/dist");
    for (const extension of ["js", "cjs"]) {
      const bare = [...graph(join(dist, entry, `index.${extension}`))].filter(
        (name) => !name.startsWith(dist),
      );
      expect(bare).toEqual([]);
    }
    const all = [...graph(join(dist, "index.js"))].filter((name) => !name.startsWith(dist));
    expect(all.sort()).toEqual(["openapi-fetch", "p-retry", "zod/mini"]);
  });
});
