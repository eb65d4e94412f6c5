import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { cleanup, temporaryFolder } from "../../test/support/cleanup.js";
import { startListen } from "./support/listen.js";
import { stored } from "./support/segments.js";

describe.skipIf(process.getuid?.() !== 0)("listen on a disk that is full", () => {
  it("acknowledges nothing that it could not write, loses nothing, and goes on when there is space", async () => {
    const folder = temporaryFolder();
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], { stdio: "ignore" });
    } catch {
      // Containers may not mount.
      return;
    }
    cleanup(() => execFileSync("umount", ["-l", folder]));
    writeFileSync(join(folder, "ballast"), Buffer.alloc(150 * 1024));
    const { deliver, stop, state } = await startListen(["--folder", folder]);
    const accepted: string[] = [];
    let refused: string[] | undefined;
    for (let i = 0; refused === undefined; i++) {
      const batch = [...auditRecords(50, { seed: `full ${i}` })];
      if ((await deliver(batch)) === 204) accepted.push(...batch);
      else refused = batch;
      expect(i).toBeLessThan(100);
    }
    // The answer and the message take different ways to this process.
    await expect.poll(() => state.stderr).toMatch(/! .*ENOSPC/);
    expect(stored(folder)).toBe(`${accepted.join("\n")}\n`);
    writeFileSync(join(folder, "ballast"), "");
    expect(await deliver(refused)).toBe(204);
    await stop("SIGTERM");
    expect(stored(folder)).toBe(`${[...accepted, ...refused].join("\n")}\n`);
  });
});
