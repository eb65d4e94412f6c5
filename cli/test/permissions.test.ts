import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KonnectClient } from "konnect-audit-logs";
import { auditRecord, createSigner } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { cleanup, temporaryFolder } from "../../test/support/cleanup.js";
import { siem } from "../../test/support/siem.js";
import { environment, main, run } from "./support/commands.js";

const isRoot = process.getuid?.() === 0;
/** `nobody` on Debian. */
const NOBODY = 65_534;

/** Whether `nobody` can run the command at all. */
const canBeNobody = isRoot && spawnSync(process.execPath, [main, "--version"], { uid: NOBODY }).status === 0;

describe.skipIf(!canBeNobody)("without permission", () => {
  function setUp() {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const [archive, keys] = [join(folder, "secret.log"), join(folder, "keys.json")];
    const signer = createSigner("permissions");
    writeFileSync(archive, auditRecord({ signer }), { mode: 0o600 });
    writeFileSync(keys, JSON.stringify(signer.jwks));
    return { folder, archive, keys };
  }
  const variables = { SIEM_TOKEN: "x", KONNECT_TOKEN: "x", KONNECT_CONTROL_PLANE_URL: "http://127.0.0.1:1" };

  it.each([
    [["parse", "ARCHIVE"]],
    [["verify", "--keys", "KEYS", "ARCHIVE"]],
    [["verify", "--keys", "ARCHIVE", "KEYS"]],
    [["forward", "--to", "otlp", "--url", "http://127.0.0.1:1", "--state", "/tmp", "ARCHIVE"]],
    [["listen", "--port", "0", "--folder", "FOLDER/logs"]],
    [["listen", "--port", "0", "--stdout", "--siem-token-file", "ARCHIVE"]],
    [["pull", "--out", "FOLDER/pulled.jsonl"]],
    [["doctor", "--token-file", "ARCHIVE"]],
    [["sign", "--jwks", "FOLDER/keys2.json"]],
  ])("%j exits with 2 or 3 and names the file", (args) => {
    const { folder, archive, keys } = setUp();
    const replaced = args.map((arg) =>
      arg.replace("ARCHIVE", archive).replace("KEYS", keys).replace("FOLDER", folder),
    );
    const { status, stderr } = spawnSync(process.execPath, [main, ...replaced], {
      uid: NOBODY,
      env: environment(variables),
    });
    expect(stderr.toString()).toMatch(new RegExp(`✗ .*${folder}`));
    expect([2, 3]).toContain(status);
  });
});

describe.skipIf(!isRoot)("pull --out on a disk that is full", () => {
  it("ends with 3, and a later run has every record once", async () => {
    const folder = temporaryFolder();
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", folder], { stdio: "ignore" });
    } catch {
      // Containers may not mount.
      return;
    }
    cleanup(() => execFileSync("umount", ["-l", folder]));
    const { server, variables: env } = await siem();
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
    for (let i = 0; i < 100; i++) await konnect.listControlPlanes();
    const ballast = join(folder, "ballast");
    writeFileSync(ballast, Buffer.alloc(90 * 1_024));
    const args = [
      "pull",
      "--out",
      join(folder, "pulled.jsonl"),
      "--resource",
      "control-planes",
      "--page-size",
      "20",
    ];
    const until = new Date(Date.now() + 1_000).toISOString();
    const full = await run([...args, "--until", until, "--poll", "50ms"], { env });
    expect(full).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/✗ no space is left on the disk/),
    });
    writeFileSync(ballast, "");
    const again = await run([...args, "--until", until, "--poll", "50ms"], { env });
    expect(again).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/✓ \d+ records written to .*pulled\.jsonl(, 100 records in all runs)?/),
    });
    const lines = readFileSync(join(folder, "pulled.jsonl"), "utf8").trim().split("\n");
    expect(new Set(lines).size).toBe(100);
    expect(lines).toHaveLength(100);
  });
});
