import { defineConfig, type Options } from "tsup";

const entryPoints = {
  index: "src/index.ts",
  "records/index": "src/records/index.ts",
  "signature/index": "src/signature/index.ts",
  "wasm/index": "src/wasm/index.ts",
  "receiver/index": "src/receiver/index.ts",
  "testing/index": "src/testing/index.ts",
  "zod/index": "src/zod/index.ts",
  "openapi/index": "src/openapi/index.ts",
};

const common: Options = {
  // More than what package.json exports: code that only one entry point reaches lands in that entry point, and no bundler
  // could leave it out. So the root stays a pure barrel, without zod's schemas, and the CEF grammar a chunk of its own.
  entry: {
    ...entryPoints,
    "any-konnect-error": "src/any-konnect-error.ts",
    "client/index": "src/client/index.ts",
    "workflows/index": "src/workflows/index.ts",
    "records/cef": "src/records/cef/parse.ts",
  },
  dts: { entry: entryPoints, compilerOptions: { stripInternal: true } },
  target: "node20",
  treeshake: { moduleSideEffects: false },
  // One copy of each class for all entry points, so that `instanceof` holds across them.
  splitting: true,
  // tsup strips `node:` otherwise, and runtimes other than Node insist on it.
  removeNodeProtocol: false,
};

export default defineConfig([
  { ...common, format: "esm" },
  // p-retry is ESM only. The CommonJS build includes it, because some runtimes, such as Jest, cannot require ESM. See NOTICE.
  { ...common, format: "cjs", noExternal: ["p-retry"] },
  // The command line. What a command needs is a chunk that only this command loads.
  {
    entry: { main: "cli/src/main.ts" },
    outDir: "cli/dist",
    clean: true,
    format: "esm",
    target: "node20",
    treeshake: true,
    splitting: true,
    removeNodeProtocol: false,
    // Its packages stay where npm installs them.
    external: [/^[a-z@]/],
  },
]);
