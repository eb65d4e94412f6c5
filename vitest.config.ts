import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const src = fileURLToPath(new URL("./src", import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^konnect-audit-logs$/, replacement: `${src}/index.ts` },
      { find: /^konnect-audit-logs\/(\w+)$/, replacement: `${src}/$1/index.ts` },
    ],
  },
  test: {
    include: ["{test,cli/test}/**/*.test.ts"],
    exclude: ["test/package/**"],
    setupFiles: ["test/support/setup.ts"],
    // Vitest leaves one core idle otherwise: half of a machine with two.
    maxWorkers: availableParallelism(),
    restoreMocks: true,
    unstubEnvs: true,
    // No test passes or fails by how fast the machine is: these only end one that hangs.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 120_000 } },
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      // AssemblyScript runs as WebAssembly, and the command line mostly in child processes: neither is seen here.
      exclude: ["src/**/generated.ts", "src/**/index.ts", "src/wasm/assembly/**", "cli/**"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { statements: 95, branches: 90, functions: 95, lines: 95 },
    },
  },
});
