import { defineConfig, type Options } from "tsup";

const common: Options = {
  entry: {
    index: "src/index.ts",
    "records/index": "src/records/index.ts",
    "signature/index": "src/signature/index.ts",
    "receiver/index": "src/receiver/index.ts",
    "testing/index": "src/testing/index.ts",
  },
  dts: true,
  target: "node20",
  treeshake: true,
  // One copy of each class for all entry points, so that `instanceof` holds across them.
  splitting: true,
  // tsup strips `node:` otherwise, and runtimes other than Node insist on it.
  removeNodeProtocol: false,
};

export default defineConfig([
  { ...common, format: "esm" },
  // p-retry is ESM only. Inside the CommonJS build it works where `require` takes no ESM, in Jest for one. See NOTICE.
  { ...common, format: "cjs", noExternal: ["p-retry"] },
]);
