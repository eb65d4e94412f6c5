import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { KonnectClient } from "konnect-audit-logs";
import { auditRecord, auditRecords, createSigner } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cleanup.js";
import { siem } from "../../../../test/support/siem.js";
import { run } from "../../support/commands.js";
import { startListen } from "../../support/listen.js";
import { stored } from "../../support/segments.js";

const lines = [...auditRecords(120)];
const text = (from: number, to: number) => `${lines.slice(from, to).join("\n")}\n`;

describe("listen", () => {
  it("has what it acknowledged after kill -9 and after a stop, each once", async () => {
    const folder = temporaryFolder();
    const first = await startListen(["--folder", folder]);
    expect(await first.deliver(lines.slice(0, 12))).toBe(204);
    await first.stop("SIGKILL");
    const second = await startListen(["--folder", folder]);
    expect(await second.deliver(lines.slice(8, 20))).toBe(204);
    expect(await second.deliver(gzipSync("x").subarray(0, 15))).toBe(500);
    const { stderr, stdout, status } = await second.stop("SIGTERM");
    expect(stderr).toMatch(/✓ stopped after 12 records/);
    expect(stdout).toBe("");
    expect(status).toBe(0);
    expect(stored(folder)).toBe(text(0, 20));
    expect(JSON.parse(readFileSync(join(folder, "rejected.jsonl"), "utf8"))).toMatchObject({
      reason: "broken",
    });
  });

  it("refuses a second one on the same folder, and the first loses nothing", async () => {
    const folder = temporaryFolder();
    const scale = { KONNECT_AUDIT_TEST_LEASE_SCALE: "0.3" };
    const first = await startListen(["--folder", folder], { env: scale });
    expect(await first.deliver(lines.slice(0, 40))).toBe(204);
    const env = { SIEM_TOKEN: "x", ...scale };
    const second = await run(["listen", "--folder", folder, "--port", "0"], { env });
    expect(second.status).toBe(3);
    expect(second.stderr).toMatch(/! waiting up to 9 s for .*lease, which is held by process \d+ on/);
    expect(second.stderr).toMatch(/✗ .*lease is held by process \d+ on/);
    expect(await first.deliver(lines.slice(40, 80))).toBe(204);
    await first.stop("SIGKILL");
    const third = await startListen(["--folder", folder]);
    expect(await third.deliver(lines.slice(80))).toBe(204);
    await third.stop("SIGINT");
    expect(stored(folder)).toBe(text(0, 120));
  });

  it("prints events with --stdout, as JSON Lines in a pipe, and filters what it shows", async () => {
    const denied = auditRecord({ granted: false, seed: "denied" });
    const cwd = temporaryFolder();
    const all = await startListen(["--stdout"], { cwd });
    expect(await all.deliver([...lines.slice(0, 3), "no record"])).toBe(204);
    const { stdout, status } = await all.stop("SIGINT");
    expect(status).toBe(130);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ raw }) => raw)).toEqual([...lines.slice(0, 3), "no record"]);
    expect(existsSync(join(cwd, "audit-logs"))).toBe(false);
    const folder = temporaryFolder();
    const some = await startListen([
      "--folder",
      folder,
      "--output",
      "raw",
      "--denied",
      "--type",
      "authorization",
    ]);
    expect(await some.deliver([auditRecord({ seed: "granted" }), denied])).toBe(204);
    expect((await some.stop("SIGTERM")).stdout).toBe(`${denied}\n`);
    expect(stored(folder).trim().split("\n")).toHaveLength(2);
  });

  it("shows what a filter or --limit chooses, also beside files", async () => {
    const { deliver, closed } = await startListen([
      "--folder",
      temporaryFolder(),
      "--limit",
      "1",
      "--denied",
    ]);
    const denied = auditRecord({ granted: false, seed: "denied" });
    expect(await deliver([auditRecord({ seed: "granted" }), denied])).toBe(204);
    const { stdout, status } = await closed;
    expect(JSON.parse(stdout).raw).toBe(denied);
    expect(status).toBe(0);
  });

  it("stops by itself after --limit records", async () => {
    const { deliver, closed } = await startListen([
      "--stdout",
      "--limit",
      "2",
      "--output",
      "csv",
      "--columns",
      "type,name",
    ]);
    expect(await deliver(lines.slice(0, 3))).toBe(204);
    const { stdout, status } = await closed;
    expect(stdout.split("\r\n")).toHaveLength(4);
    expect(status).toBe(0);
  });

  it("verifies with the region's keys or a key set, and keeps invalid records apart if it has to", async () => {
    const signer = createSigner("listen");
    const folder = temporaryFolder();
    const keys = join(folder, "keys.json");
    writeFileSync(keys, JSON.stringify(signer.jwks));
    const good = auditRecord({ signer });
    const forged = good.replace("granted=true", "granted=false");
    const args = ["--folder", folder, "--keys", keys, "--output", "jsonl"];
    const lax = await startListen(args);
    expect(await lax.deliver([good, forged])).toBe(204);
    const { stdout, stderr } = await lax.stop("SIGTERM");
    const statuses = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).verification.status);
    expect(statuses).toEqual(["valid", "invalid"]);
    expect(stderr).toMatch(/! a batch of 2 records: 1 invalid/);
    expect(stored(folder)).toBe(`${good}\n${forged}\n`);
    const strictFolder = temporaryFolder();
    const strict = await startListen([
      "--folder",
      strictFolder,
      "--keys",
      keys,
      "--require-valid",
      "--state",
      join(strictFolder, "state"),
    ]);
    expect(await strict.deliver([good, forged])).toBe(204);
    await strict.stop("SIGTERM");
    expect(stored(strictFolder)).toBe(`${good}\n`);
    expect(readFileSync(join(strictFolder, "state/rejected.jsonl"), "utf8")).toMatch(
      /"reason":"not_valid".*"text":"/,
    );
  });

  it("receives and verifies what Konnect delivers", async () => {
    const { server, variables } = await siem();
    const { KONNECT_TOKEN: _, ...env } = variables;
    const listening = await startListen(["--stdout", "--columns", "type,verification,name"], { env });
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
    const { id } = await konnect.createDestination({
      name: "S",
      endpoint: `http://127.0.0.1:${listening.port}/`,
      authorization: "Bearer siem-secret",
      log_format: "json",
    });
    await konnect.enableWebhook(id);
    await konnect.listControlPlanes();
    await expect
      .poll(() => listening.state.stdout)
      .toMatch(/"authorization","verification":"valid","name":"Authz.control-planes"/);
  });

  it("speaks HTTPS with a certificate", async () => {
    const folder = temporaryFolder();
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
        "-keyout",
        key,
        "-out",
        cert,
      ],
      { stdio: "ignore" },
    );
    const { state, stop } = await startListen(["--folder", folder, "--cert", cert, "--key", key]);
    expect(state.stderr).toMatch(/listening on https:\/\/127\.0\.0\.1:\d+/);
    await stop("SIGTERM");
  });

  it.each([
    [["--cert", "x.pem"], /--cert and --key belong together/],
    [["--key", "x.pem"], /--cert and --key belong together/],
    [["--cert", "none.pem", "--key", "none.pem"], /none\.pem does not exist/],
    [["--jetstream", "nats://127.0.0.1:1", "--stdout"], /cannot be used with --stdout/],
    [["--servers", "nats://u:p4ss@127.0.0.1:1"], /NATS_USER and NATS_PASSWORD/],
    [["--require-valid"], /--require-valid needs --keys or --region/],
    [["--keys", "https://u:p4ss@x.example/jwks.json"], /credentials in the URL/],
    [["--keys", "none.json"], /none\.json does not exist/],
    [["--port", "65536"], /--port.*from 0 to 65535/],
    [["--keep", "90"], /--keep.*number and a unit/],
    [["--max-bytes", "lots"], /--max-bytes.*must be a size/],
    [["--host", "203.0.113.1"], /--host 203.0.113.1 is not an address of this machine/],
  ])("refuses %j", async (args, problem) => {
    const cwd = temporaryFolder();
    const { status, stderr } = await run(["listen", "--port", "0", ...args], {
      cwd,
      env: { SIEM_TOKEN: "x" },
    });
    expect(stderr).toMatch(problem);
    expect(stderr).not.toContain("p4ss");
    expect(status).toBe(2);
  });

  it("says that its token is missing, its port is in use, or its folder may not be used", async () => {
    const cwd = temporaryFolder();
    const args = ["listen", "--folder", join(cwd, "logs")];
    expect(await run(args)).toMatchObject({ status: 2, stderr: expect.stringMatching(/SIEM_TOKEN/) });
    const { port } = await startListen(["--stdout"]);
    const env = { SIEM_TOKEN: "x" };
    const used = await run([...args, "--port", String(port)], { env });
    expect(used).toMatchObject({ status: 2, stderr: expect.stringMatching(/✗ the port is in use/) });
    // The lock is released: the folder can be used at once.
    const again = await startListen(["--folder", join(cwd, "logs")]);
    await again.stop("SIGTERM");
    writeFileSync(join(cwd, "file"), "");
    const file = await run(["listen", "--folder", join(cwd, "file"), "--port", "0"], { env });
    expect(file).toMatchObject({ status: 2, stderr: expect.stringMatching(/file/) });
  });
});
