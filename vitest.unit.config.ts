import { defineConfig } from "vitest/config";
import base from "./vitest.config.js";

const slow = [
  "test/**/*.long.test.ts",
  // These compile, build or install.
  "test/{package,readme,examples-in-comments,api-report}.test.ts",
];
/** These count the timers that are left over, so nothing else may have run before them. */
const alone = [
  "test/shared/abort.test.ts",
  "test/client/http/attempt.test.ts",
  "test/signature/jwks-cache.test.ts",
];
const include = [
  "test/{client,receiver,records,shared,signature,testing,workflows}/**/*.test.ts",
  "test/*.test.ts",
];

/** The tests that need no build, no registry and no child process, and answer in seconds. */
export default defineConfig({
  test: {
    maxWorkers: 4,
    projects: [
      {
        ...base,
        test: { ...base.test, name: "unit", include, exclude: [...slow, ...alone], isolate: false },
      },
      { ...base, test: { ...base.test, name: "alone", include: alone } },
    ],
  },
});
