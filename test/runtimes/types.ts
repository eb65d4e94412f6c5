/**
 * Compiles a consumer of the packed tarball with every supported TypeScript and module resolution, library checks included.
 *
 *   npm run test:types [-- 5.4 5.9]
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const shell = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
/** The first is the oldest that the README promises. */
const VERSIONS = ["5.4", "5.9", "6", "7"];
const RESOLUTIONS = {
  node16: { module: "node16", moduleResolution: "node16" },
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
};

const folder = mkdtempSync(join(tmpdir(), "types-"));
const { stdout } = await shell("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
  cwd: root,
});
const tarball = join(folder, JSON.parse(stdout)[0].filename);
writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true }));
const aliases = VERSIONS.map((version) => `typescript-${version}@npm:typescript@${version}`);
await shell("npm", ["install", "--no-audit", "--no-fund", "--no-save", tarball, ...aliases], { cwd: folder });
const compilers = new Map(
  VERSIONS.map((version) => [version, join(folder, `node_modules/typescript-${version}/bin/tsc`)]),
);
cpSync(join(root, "test/package"), folder, { recursive: true });
cpSync(join(root, "test/runtimes/entries.mts"), join(folder, "entries.mts"));
const wanted = process.argv.slice(2);
const combinations = VERSIONS.filter((version) => wanted.length === 0 || wanted.includes(version)).flatMap(
  (version) => Object.entries(RESOLUTIONS).map(([name, resolution]) => ({ version, name, resolution })),
);
let failed = false;
const work = async () => {
  for (let next = combinations.shift(); next !== undefined; next = combinations.shift()) {
    const { version, name, resolution } = next;
    const compilerOptions = {
      ...resolution,
      target: "ES2022",
      lib: ["ES2022", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
      // Without @types/node.
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
    };
    const files =
      name === "bundler" ? ["consumer.mts", "entries.mts"] : ["consumer.mts", "consumer.cts", "entries.mts"];
    const config = `tsconfig.${version}.${name}.json`;
    writeFileSync(join(folder, config), JSON.stringify({ compilerOptions, files }));
    try {
      await shell(process.execPath, [compilers.get(version)!, "-p", config], { cwd: folder });
      console.log(`✓ TypeScript ${version}, ${name}`);
    } catch (error) {
      failed = true;
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      console.log(`✗ TypeScript ${version}, ${name}\n${stdout || stderr}`);
    }
  }
};
await Promise.all(Array.from({ length: availableParallelism() }, work));
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
