import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { cleanup, temporaryFolder } from "../../test/support/cleanup.js";
import { freePort } from "../../test/support/loopback.js";
import { Console } from "../scripts/console.js";

const text = readFileSync(fileURLToPath(new URL("../../docs/operations.md", import.meta.url)), "utf8");
const PORTS = [8001, 8002, 8003, 8004, 8080, 9090, 9091, 9092];

it("docs/operations.md works from top to bottom: two regions, two targets, a kill, a rotation, a clean stop", {
  timeout: 400_000,
}, async () => {
  const ports = Object.fromEntries(await Promise.all(PORTS.map(async (port) => [port, await freePort()])));
  const shell = new Console(temporaryFolder(), ports);
  cleanup(() => shell.close());
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, code]) => code!);
  expect(blocks.length).toBe(9);
  let output = "";
  for (const block of blocks) {
    // A command that hangs is named by what it has printed before.
    const said = await Promise.race([
      shell.run(block),
      new Promise<string>((resolve) => setTimeout(() => resolve(`STUCK in:\n${block}`), 90_000).unref()),
    ]);
    output += said;
    if (said.startsWith("STUCK")) break;
  }
  expect(output).not.toContain("STUCK");
  expect(output).toMatch(/✓ us: destination SIEM .*created\n✓ us: webhook: enabled\n✓ eu: destination SIEM/);
  expect(output).toMatch(/^us\n✓ token[\s\S]*\n\neu\n✓ token/m);
  expect(output).toMatch(/^konnect_audit_records_total [1-9]/m);
  expect(output).toMatch(/^konnect_audit_forwarded_total\{target="http"\} [1-9]/m);
  expect(output).toMatch(/^konnect_audit_forwarded_total\{target="syslog"\} [1-9]/m);
  expect(output).toMatch(/✓ all [\d,]+ records are valid/);
  expect(output).toMatch(/^http\.log:[1-9]\d*\nsyslog\.log:[1-9]/m);
});
