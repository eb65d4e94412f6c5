/**
 * Compiles a consumer of the packed tarball with every supported TypeScript and module resolution, library checks included.
 *
 *   npm run test:types [-- 5.4 5.9]
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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
await shell("npm", ["install", "--no-audit", "--no-fund", "--no-save", tarball], { cwd: folder });
cpSync(join(root, "test/package"), folder, { recursive: true });
cpSync(join(root, "test/runtimes/entries.mts"), join(folder, "entries.mts"));
const wanted = process.argv.slice(2);
let failed = false;
for (const version of VERSIONS) {
  if (wanted.length > 0 && !wanted.includes(version)) continue;
  for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
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
      await shell("npx", ["-y", "-p", `typescript@${version}`, "tsc", "-p", config], { cwd: folder });
      console.log(`✓ TypeScript ${version}, ${name}`);
    } catch (error) {
      failed = true;
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      console.log(`✗ TypeScript ${version}, ${name}\n${stdout || stderr}`);
    }
  }
}
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
