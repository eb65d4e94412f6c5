import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { auditRecord, auditRecords, createSigner } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/cleanup.js";
import { run, start } from "./support/commands.js";
import { startListen } from "./support/listen.js";
import { segments, stored } from "./support/segments.js";
import { startTarget } from "./support/targets.js";

// Two commands that work on the same records, one beside or after the other, as the documents show them.
const signer = createSigner("pairs");
const lines = [...auditRecords(60, { signer })];
const small = ["--compress", "--segment-bytes", "4K"];
const tracesIn = (bodies: readonly string[]) =>
  bodies.flatMap((body) => [...new Set(body.match(/(?<=trace_id=)[\da-f]{32}/g) ?? [])]);
const traceOf = (line: string) => /trace_id=([\da-f]{32})/.exec(line)![1]!;

function keysFile(): string {
  const path = join(temporaryFolder(), "keys.json");
  writeFileSync(path, JSON.stringify(signer.jwks));
  return path;
}

describe("listen, and beside it", () => {
  it("parse and verify of the folder, while segments are closed and compressed", async () => {
    const [folder, keys] = [join(temporaryFolder(), "logs"), keysFile()];
    const { deliver, stop } = await startListen(["--folder", folder, ...small]);
    for (let at = 0; at < 60; at += 10) {
      expect(await deliver(lines.slice(at, at + 10))).toBe(204);
      const parsed = await run(["parse", folder, "--output", "raw"]);
      expect(parsed.stdout.trim().split("\n")).toEqual(lines.slice(0, at + 10));
      const verified = await run(["verify", folder, "--keys", keys, "--json"]);
      expect(JSON.parse(verified.stdout)).toMatchObject({ records: at + 10, byStatus: { valid: at + 10 } });
      expect([parsed.status, verified.status]).toEqual([0, 0]);
    }
    await stop("SIGTERM");
  });

  it("forward --follow, which ends with 0 on SIGTERM and goes on where it was", async () => {
    const folder = join(temporaryFolder(), "logs");
    const { url, seen } = await startTarget(() => ({ status: 200, body: {} }));
    const got = () => tracesIn(seen.map(({ body }) => body));
    const { deliver, stop } = await startListen(["--folder", folder, ...small]);
    const args = ["forward", folder, "--to", "otlp", "--url", url, "--follow"];
    const first = start(args);
    for (let at = 0; at < 40; at += 10) expect(await deliver(lines.slice(at, at + 10))).toBe(204);
    await expect.poll(got).toHaveLength(40);
    expect(await first.stop("SIGTERM")).toMatchObject({ stderr: expect.stringContaining("✓ 40 records") });
    expect((await first.closed).status).toBe(0);
    expect(await deliver(lines.slice(40))).toBe(204);
    const second = start(args);
    await expect.poll(got).toHaveLength(60);
    await second.stop("SIGTERM");
    expect(got()).toEqual(lines.map(traceOf));
    await stop("SIGTERM");
  });

  it("forward from cron to two targets, each with a position of its own", async () => {
    const folder = join(temporaryFolder(), "logs");
    const targets = [
      await startTarget(() => ({ status: 200, body: {} })),
      await startTarget(() => ({ status: 204 })),
    ];
    const { deliver, stop } = await startListen(["--folder", folder, ...small]);
    for (let at = 0; at < 60; at += 20) {
      expect(await deliver(lines.slice(at, at + 20))).toBe(204);
      for (const [i, to] of ["otlp", "loki"].entries())
        expect(await run(["forward", folder, "--to", to, "--url", targets[i]!.url])).toMatchObject({
          status: 0,
        });
    }
    for (const { seen } of targets)
      expect(tracesIn(seen.map(({ body }) => body)).sort()).toEqual(lines.map(traceOf).sort());
    await stop("SIGTERM");
  });

  it("forward --follow that was started first, which waits for the archive", async () => {
    const folder = temporaryFolder();
    const { url, seen } = await startTarget(() => ({ status: 200, body: {} }));
    const follower = start(["forward", folder, "--to", "otlp", "--url", url, "--follow"]);
    await expect.poll(() => follower.state.stderr).toMatch(/! waiting for an archive \(.* has none yet\)/);
    const { deliver, stop } = await startListen(["--folder", folder]);
    await deliver(lines.slice(0, 3));
    await expect.poll(() => tracesIn(seen.map(({ body }) => body))).toHaveLength(3);
    expect((await follower.stop("SIGTERM")).stderr).toContain("✓ 3 records");
    await stop("SIGTERM");
  });

  it("forward of two archives with one --state, each with a position of its own", async () => {
    const state = temporaryFolder();
    const { url, seen } = await startTarget(() => ({ status: 200, body: {} }));
    const folders = [join(temporaryFolder(), "eu"), join(temporaryFolder(), "us")];
    for (const [i, folder] of folders.entries()) {
      const { deliver, stop } = await startListen(["--folder", folder]);
      await deliver(lines.slice(10 * i, 10 * i + 10));
      await stop("SIGTERM");
    }
    for (const folder of [...folders, ...folders])
      expect(await run(["forward", folder, "--to", "otlp", "--url", url, "--state", state])).toMatchObject({
        status: 0,
        stderr: expect.stringMatching(/retention of .* does not wait for this reader/),
      });
    expect(tracesIn(seen.map(({ body }) => body))).toEqual(lines.slice(0, 20).map(traceOf));
  });

  it("forward --forget, which ends a reader by its name and no other", async () => {
    const folder = join(temporaryFolder(), "logs");
    const { url } = await startTarget(() => ({ status: 200, body: {} }));
    const { deliver, stop } = await startListen(["--folder", folder]);
    await deliver(lines.slice(0, 1));
    const args = ["forward", folder, "--to", "otlp", "--url", url];
    await run([...args, "--name", "siem"]);
    expect(await run(["forward", folder, "--to", "loki", "--url", url, "--name", "siem"])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/the reader siem is of another target \(to otlp, not loki\)/),
    });
    expect(await run(["forward", folder, "--forget", "other"])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/no reader other: there are siem/),
    });
    expect(await run(["forward", folder, "--forget", "siem"])).toMatchObject({ status: 0 });
    expect((await run([...args, "--name", "siem"])).stderr).toMatch(/✓ 1 record forwarded/);
    await stop("SIGTERM");
  });
});

describe("listen, and after it", () => {
  it("verify --rejected --accept, which stores what is valid now, once, and no record of another organization", async () => {
    const [folder, keys] = [join(temporaryFolder(), "logs"), keysFile()];
    const old = join(temporaryFolder(), "old.json");
    writeFileSync(old, JSON.stringify(createSigner("old").jwks));
    const first = await startListen(["--folder", folder, "--keys", old, "--require-valid"]);
    const foreign = auditRecord({ signer, org_id: "another", seed: "foreign" });
    const forged = auditRecord({ signer: createSigner("evil"), seed: "forged" });
    expect(await first.deliver([...lines.slice(0, 3), forged, foreign])).toBe(204);
    await first.stop("SIGTERM");
    const judge = ["verify", folder, "--rejected", "--keys", keys];
    expect(await run(judge)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/store with --accept/),
    });
    expect(segments(folder)).toEqual([]);
    for (const count of [3, 0])
      expect((await run([...judge, "--accept"])).stderr).toContain(`✓ ${count} valid records in the archive`);
    expect(stored(folder)).toBe(`${lines.slice(0, 3).join("\n")}\n`);
    // What was accepted is known to the next listen.
    const next = await startListen(["--folder", folder, "--keys", keys]);
    expect(await next.deliver(lines.slice(2, 4))).toBe(204);
    await next.stop("SIGTERM");
    expect(stored(folder)).toBe(`${lines.slice(0, 4).join("\n")}\n`);
  });

  it("forward --resend, until everything is taken", async () => {
    const folder = join(temporaryFolder(), "logs");
    const { deliver, stop } = await startListen(["--folder", folder]);
    await deliver(lines.slice(0, 6));
    await stop("SIGTERM");
    const refused = new Set(lines.slice(1, 3).map(traceOf));
    const { url, seen } = await startTarget(({ body }) =>
      tracesIn([body]).some((trace) => refused.has(trace)) ? { status: 400 } : { status: 200, body: {} },
    );
    const args = ["forward", folder, "--to", "otlp", "--url", url];
    const letters = () =>
      readdirSync(join(folder, "positions")).filter((name) => name.includes("dead-letter"));
    expect((await run(args)).status).toBe(1);
    expect((await run([...args, "--resend"])).status).toBe(1);
    expect(letters()).toHaveLength(1);
    refused.delete(traceOf(lines[1]!));
    expect((await run([...args, "--resend"])).stderr).toMatch(/! 1 record forwarded.*\n✗ 1 record refused/);
    refused.clear();
    expect((await run([...args, "--resend"])).status).toBe(0);
    expect(letters()).toEqual([]);
    const taken = seen.filter(({ body }) => tracesIn([body]).length === 1).map(({ body }) => body);
    for (const line of lines.slice(1, 3)) expect(tracesIn(taken)).toContain(traceOf(line));
  });
});

describe("a pipe", () => {
  it.each([
    ["parse", []],
    ["verify", ["--json", "--keys", "KEYS"]],
  ])("leads what sign prints, and gzip, into %s -", async (command, more) => {
    const args = [command, ...more.map((arg) => (arg === "KEYS" ? keysFile() : arg)), "-"];
    const text = `${lines.slice(0, 5).join("\n")}\n`;
    for (const input of [text, gzipSync(text)]) {
      const { status, stdout } = await run(args, { input });
      expect(status).toBe(0);
      if (command === "verify") expect(JSON.parse(stdout).byStatus).toEqual({ valid: 5 });
      else expect(stdout.trim().split("\n")).toHaveLength(5);
    }
  });

  it("leads records into forward -", async () => {
    const { url, seen } = await startTarget(() => ({ status: 200, body: {} }));
    const args = ["forward", "--to", "otlp", "--url", url, "-"];
    const options = { input: `${lines.slice(0, 3).join("\n")}\n`, cwd: temporaryFolder() };
    expect((await run(args, options)).status).toBe(0);
    expect(tracesIn(seen.map(({ body }) => body))).toHaveLength(3);
  });
});
