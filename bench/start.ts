import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { interleaved, ratio, row } from "./rounds.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const main = join(root, "cli/dist/main.js");

/** How long Node takes to print a version, and to import the client, as multiples of an empty Node. */
export async function benchStart(rounds: number): Promise<void> {
  const time = (...args: string[]) => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args);
    if (status !== 0) throw new Error(stderr.toString());
    return performance.now() - start;
  };
  const folder = mkdtempSync(join(root, "node_modules/.bench-"));
  const bundle = join(folder, "client.mjs");
  await build({
    stdin: { contents: `export { KonnectClient } from "konnect-audit-logs"`, resolveDir: root },
    ...{ bundle: true, minify: true, format: "esm", platform: "node", outfile: bundle },
  });
  const load = (file: string) => time("--input-type=module", "-e", `import ${JSON.stringify(file)}`);
  const results = await interleaved(
    {
      node: () => time("-e", "0"),
      version: () => time(main, "--version"),
      bundle: () => load(bundle),
      entry: () => load(join(root, "dist/index.js")),
    },
    rounds,
  );
  rmSync(folder, { recursive: true });
  row("time of konnect-audit --version", "time of node -e 0", ratio(results.version!, results.node!));
  row("time to import a bundle of KonnectClient", "time of node -e 0", ratio(results.bundle!, results.node!));
  row("time to import konnect-audit-logs", "time of node -e 0", ratio(results.entry!, results.node!));
}
