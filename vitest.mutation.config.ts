import { defineConfig } from "vitest/config";
import base from "./vitest.config.js";

/** The tests that `npm run test:mutation` holds against each mutant. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/{client,receiver,records,shared,signature,workflows}/**/*.test.ts"],
    exclude: ["test/**/*.long.test.ts"],
    // A mutant that hangs is found by Stryker's own limit.
    testTimeout: 15_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
