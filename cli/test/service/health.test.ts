import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { auditRecords, createSigner } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { post } from "../../../test/receiver/support.js";
import { temporaryFolder } from "../../../test/support/cleanup.js";
import { freePort } from "../../../test/support/loopback.js";
import { siem } from "../../../test/support/siem.js";
import { run, start } from "../support/commands.js";
import { startListen } from "../support/listen.js";
import { startTarget, taken } from "../support/targets.js";

/** What a health port answers. Status 0: nothing. */
async function ask(port: number, path: string): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: await response.text() };
  } catch {
    return { status: 0, text: "" };
  }
}

/** The metrics of a service, by name and labels. */
async function metricsOf(port: number): Promise<Record<string, number>> {
  const { text } = await ask(port, "/metrics");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}

/** Starts `listen` with a health port. */
async function startWatched(args: readonly string[] = [], env: Record<string, string> = {}) {
  const health = await freePort();
  const folder = temporaryFolder();
  const listening = await startListen(["--folder", folder, "--health", String(health), ...args], { env });
  return { ...listening, health, folder };
}

const lines = [...auditRecords(10)];

describe("--health", () => {
  it("tells that listen lives and is ready, on a separate port", async () => {
    const { health, port, stop } = await startWatched();
    expect(await ask(health, "/healthz")).toEqual({ status: 200, text: "ok\n" });
    expect(await ask(health, "/readyz")).toEqual({ status: 200, text: "ready\n" });
    expect((await ask(health, "/other")).status).toBe(404);
    expect((await ask(port, "/healthz")).status).toBe(405);
    expect((await stop("SIGTERM")).status).toBe(0);
  });

  it("counts what listen does, and every label begins at 0", async () => {
    const signer = createSigner();
    const keys = join(temporaryFolder(), "keys.json");
    writeFileSync(keys, JSON.stringify(signer.jwks));
    const { health, port, deliver, stop } = await startWatched(["--keys", keys]);
    const before = await metricsOf(health);
    for (const code of [204, 400, 401, 405, 413, 429, 500])
      expect(before[`konnect_audit_deliveries_total{code="${code}"}`]).toBe(0);
    for (const status of ["valid", "invalid", "unsigned", "malformed", "unverifiable"])
      expect(before[`konnect_audit_verifications_total{status="${status}"}`]).toBe(0);
    expect(before['konnect_audit_rejected_total{reason="broken"}']).toBe(0);
    expect(before['konnect_audit_build_info{version="1.0.0-rc.1",command="listen"}']).toBe(1);

    const signed = lines.map((line) => signer.sign(line));
    expect(await deliver(signed)).toBe(204);
    expect(await deliver([...signed.slice(0, 3), lines[9]!])).toBe(204);
    expect(await deliver(Uint8Array.of(0, 1))).toBe(500);
    expect((await post(port, "x", { authorization: "wrong" })).status).toBe(401);
    expect(await metricsOf(health)).toMatchObject({
      'konnect_audit_deliveries_total{code="204"}': 2,
      'konnect_audit_deliveries_total{code="401"}': 1,
      'konnect_audit_deliveries_total{code="500"}': 1,
      konnect_audit_records_total: 11,
      konnect_audit_duplicates_total: 3,
      'konnect_audit_verifications_total{status="valid"}': 13,
      'konnect_audit_verifications_total{status="unsigned"}': 1,
      'konnect_audit_rejected_total{reason="broken"}': 1,
      konnect_audit_store_duration_seconds_count: 2,
      konnect_audit_batches_in_progress: 0,
    });
    const after = await metricsOf(health);
    expect(after.konnect_audit_archive_bytes).toBeGreaterThan(1_000);
    expect(after.konnect_audit_last_stored_timestamp_seconds).toBeGreaterThan(Date.now() / 1_000 - 60);
    await stop("SIGTERM");
  });

  it("tells when a follower has polled, and counts its polls and records", async () => {
    const { server, variables: env } = await siem();
    server.record({ at: Date.now() - 60_000 });
    const health = await freePort();
    server.fault({ path: "/v3/audit-logs", status: 503, times: 1 });
    const tail = start(["tail", "--since", "1h", "--poll", "20ms", "--health", String(health)], { env });
    await expect.poll(() => ask(health, "/readyz")).toMatchObject({ status: 200 });
    await expect
      .poll(() => metricsOf(health))
      .toMatchObject({ 'konnect_audit_polls_total{result="failed"}': 1 });
    await expect.poll(async () => (await metricsOf(health)).konnect_audit_records_total).toBeGreaterThan(0);
    expect((await metricsOf(health))['konnect_audit_polls_total{result="ok"}']).toBeGreaterThan(0);
    expect((await tail.stop("SIGTERM")).status).toBe(0);
  });

  it("counts what a forwarder sends, repeats and gives up", async () => {
    const answers = [{ status: 503 }, { status: 400, body: { code: 6, "invalid-event-number": 1 } }];
    const target = await startTarget(() => answers.shift() ?? taken);
    const { deliver, folder } = await startWatched();
    expect(await deliver(lines)).toBe(204);
    const health = await freePort();
    const args = ["forward", folder, "--follow", "--to", "splunk", "--url", target.url, "--min-wait", "1ms"];
    const forwarder = start([...args, "--health", String(health)], { env: { SIEM_CREDENTIAL: "t" } });
    await expect
      .poll(() => metricsOf(health))
      .toMatchObject({
        'konnect_audit_forwarded_total{target="splunk"}': 9,
        'konnect_audit_forward_refused_total{target="splunk"}': 1,
        'konnect_audit_forward_retries_total{target="splunk"}': 1,
      });
    expect((await ask(health, "/readyz")).status).toBe(200);
    expect((await forwarder.stop("SIGTERM")).status).toBe(0);
  });

  it("is refused where its port is taken, by name", async () => {
    const { health } = await startWatched();
    const second = await run(
      ["listen", "--port", "0", "--folder", temporaryFolder(), "--health", String(health)],
      {
        env: { SIEM_TOKEN: "x" },
      },
    );
    expect(second.status).toBe(2);
    expect(second.stderr).toMatch(/--health 127\.0\.0\.1:\d+ cannot be used: .*EADDRINUSE/);
  });
});
