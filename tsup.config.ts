import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    "records/index": "src/records/index.ts",
    "signature/index": "src/signature/index.ts",
    "testing/index": "src/testing/index.ts",
  },
  format: ["esm", "cjs"],
  dts: true,
  target: "node20",
  clean: true,
  treeshake: true,
  // One copy of each class for all entry points, so that `instanceof` holds across them.
  splitting: true,
  // Bundled because it is ESM only: `require()` of our CJS build then works on every Node we support.
  noExternal: ["p-retry"],
  // tsup strips `node:` otherwise, and runtimes other than Node insist on it.
  removeNodeProtocol: false,
});
