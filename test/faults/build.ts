import { mkdtempSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds a script for the tests to start: loading TypeScript would make each restart ten times as long. */
export async function buildScript(entry: string): Promise<{ folder: string; file: string }> {
  const folder = mkdtempSync(join(at("../../node_modules"), ".faults-"));
  await build({
    entry: [at(entry)],
    outDir: folder,
    format: "esm",
    target: "node20",
    removeNodeProtocol: false,
    // Packages stay where they are.
    external: [/^[^./]/],
    noExternal: ["konnect-audit-logs"],
    esbuildOptions(options) {
      options.alias = { "konnect-audit-logs": at("../../src/index.ts") };
    },
    silent: true,
    config: false,
  });
  return { folder, file: join(folder, `${basename(entry, ".ts")}.js`) };
}
