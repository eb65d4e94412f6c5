// The checks before a release, and what the release workflow needs.
//
//   npm run release:check [-- --tag v1.0.0]   a dry run of everything, here
//   node etc/release.mjs --dist-tag           the tag on npm: latest, or next for a pre-release
//   node etc/release.mjs --notes              this version's section of the CHANGELOG
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path) => readFileSync(join(root, path), "utf8");
const [library, cli] = ["package.json", "cli/package.json"].map((path) => JSON.parse(read(path)));
const { version } = library;
const PLACEHOLDER = /\/OWNER\//;

function notes() {
  const sections = read("CHANGELOG.md").split(/^## /m);
  const found = sections.find((section) => section.startsWith(`[${version}]`));
  return found?.slice(found.indexOf("\n")).trim();
}

if (process.argv.includes("--dist-tag")) console.log(version.includes("-") ? "next" : "latest");
else if (process.argv.includes("--notes")) console.log(notes());
else check();

function check() {
  let failed = false;
  const step = (name, run) => {
    try {
      const problem = run();
      if (problem) throw new Error(problem);
      console.log(`✓ ${name}`);
    } catch (error) {
      failed = true;
      console.log(`✗ ${name}: ${error.stderr || error.stdout || error.message}`);
    }
  };
  const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  const run = (command, args, cwd = root) =>
    execFileSync(command, args, { cwd, encoding: "utf8", stdio: "pipe" });
  const at = process.argv.indexOf("--tag");
  const tag = at === -1 ? undefined : process.argv[at + 1];

  step("the tree is clean", () => git("status", "--porcelain") && "commit or stash first");
  step("the commit is on main", () => {
    const branches = git("branch", "--all", "--contains", "HEAD", "--format=%(refname:short)").split("\n");
    return branches.some((name) => /(^|\/)main$/.test(name)) ? undefined : "merge it first";
  });
  step(
    "tag and version agree",
    () => tag !== undefined && tag !== `v${version}` && `${tag} is not v${version}`,
  );
  step("both packages and the source have the same version", () => {
    const inSource = /VERSION = "(.*)"/.exec(read("src/version.ts"))[1];
    const all = [cli.version, cli.dependencies[library.name], inSource];
    return all.every((other) => other === version) ? undefined : `${version}, ${all.join(", ")}`;
  });
  step("the CHANGELOG has this version", () => (notes() ? undefined : `add a section [${version}]`));
  step("the repository has a public address", () => {
    const addresses = [library, cli].flatMap(({ repository, homepage, bugs }) => [
      repository.url,
      homepage,
      bugs.url,
    ]);
    const base = library.repository.url.replace(/^git\+|\.git$/g, "");
    if (!addresses.every((address) => address.includes(base)))
      return "cli/package.json has another address than package.json";
    return PLACEHOLDER.test(base)
      ? `replace OWNER in package.json and cli/package.json (${base})`
      : undefined;
  });
  step("supported versions of Node", () => void run("npm", ["run", "engines"]));
  step("build, API report and sizes", () => {
    run("npm", ["run", "build"]);
    run("npm", ["run", "api", "--", "--check"]);
    run("npm", ["run", "size", "--", "--check"]);
  });
  const folder = mkdtempSync(join(tmpdir(), "release-"));
  step("both packages pack, install in an empty folder, and run", () => {
    run("npm", ["pack", "--workspaces", "--ignore-scripts", "--pack-destination", folder]);
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    const tarballs = [library.name, cli.name].map((name) => join(folder, `${name}-${version}.tgz`));
    run("npm", ["install", "--no-audit", "--no-fund", ...tarballs], folder);
    const demo = run("npx", ["--no-install", "konnect-audit", "demo"], folder);
    return demo.includes("invalid (no_key_matched)") ? undefined : demo;
  });
  rmSync(folder, { recursive: true, force: true });
  step("npm publish --dry-run", () => {
    run("npm", [
      "publish",
      "--workspaces",
      "--dry-run",
      "--ignore-scripts",
      "--tag",
      version.includes("-") ? "next" : "latest",
    ]);
  });
  process.exitCode = failed ? 1 : 0;
}
