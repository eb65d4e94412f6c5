import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/cleanup.js";
import { sayWaiting } from "../src/output/waiting.js";
import { start } from "./support/commands.js";
import { testContext } from "./support/context.js";

describe("a command that waits", () => {
  it("says so at most every ten seconds, and escapes control characters", () => {
    const { context, messages } = testContext();
    let now = 0;
    const say = sayWaiting(context.log, () => now);
    for (now of [0, 1, 9_999, 10_000, 19_999, 20_000])
      say("x", `\u001b[2J at ${now}`, now === 0 ? 400 : 4_000);
    expect(messages).toEqual([
      "! waiting for x (\\x1b[2J at 0), retrying in 400 ms",
      "! waiting for x (\\x1b[2J at 10000), retrying in 4 s",
      "! waiting for x (\\x1b[2J at 20000), retrying in 4 s",
    ]);
  });

  const nowhere = "nats://127.0.0.1:1";
  it.each([
    [
      ["listen", "--servers", nowhere, "--port", "0"],
      /! waiting for nats:\/\/127\.0\.0\.1:1 \(.+\), retrying in 500 ms/,
    ],
    [
      ["forward", "--to", "otlp", "--url", "http://127.0.0.1:9", "--jetstream", nowhere],
      /! waiting for nats:/,
    ],
    [["forward", "--to", "otlp", "--url", "http://127.0.0.1:1", "audit.log"], /! waiting for the target \(/],
    [
      ["pull", "--folder", "pulled", "--since", "2026-11-01T00:00:00Z", "--follow"],
      /^! GET \/v[23]\/audit-log/m,
    ],
  ])("says what it waits for: %j", async (args, said) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "audit.log"), `${[...auditRecords(1)].join("\n")}\n`);
    const env = {
      SIEM_TOKEN: "x",
      KONNECT_TOKEN: "kpat_x",
      KONNECT_CONTROL_PLANE_URL: "http://127.0.0.1:1",
    };
    const { state, stop } = start(args, { env, cwd });
    await expect.poll(() => state.stderr).toMatch(said);
    const { status, stdout } = await stop("SIGINT");
    expect(status).toBe(130);
    expect(stdout).toBe("");
  });
});
