import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect as connectPlain } from "node:net";
import { join } from "node:path";
import { connect } from "node:tls";
import { gzipSync } from "node:zlib";
import { auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { post } from "../../../test/receiver/support.js";
import { cleanup, temporaryFolder } from "../../../test/support/cleanup.js";
import { makeCertificate } from "../support/certificate.js";
import { start } from "../support/commands.js";
import { startListen } from "../support/listen.js";
import { idsIn, startTarget, taken } from "../support/targets.js";

const lines = [...auditRecords(5)];
const body = gzipSync(lines.join("\n"));

/** The common name of the certificate that a port shows. */
function nameAt(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on("error", (error) => resolve(error.message));
  });
}

describe("a renewed file", () => {
  it("is the certificate after SIGHUP, also as Kubernetes swaps it; a broken one changes nothing", async () => {
    const folder = temporaryFolder();
    const versions = ["one", "two", "three"].map((name) => {
      mkdirSync(join(folder, name));
      makeCertificate(join(folder, name), name, "tls");
      return join(folder, name);
    });
    const mounted = join(folder, "mounted");
    /** Swaps a symbolic link to a folder, as the kubelet does. */
    const mount = (target: string) => {
      symlinkSync(target, `${mounted}.new`);
      renameSync(`${mounted}.new`, mounted);
    };
    mount(versions[0]!);
    const [cert, key] = [join(mounted, "tls.cert.pem"), join(mounted, "tls.key.pem")];
    const { port, pid, state, stop } = await startListen([
      "--folder",
      join(folder, "a"),
      "--cert",
      cert,
      "--key",
      key,
    ]);
    expect(await nameAt(port)).toBe("one");
    mount(versions[1]!);
    process.kill(pid, "SIGHUP");
    await expect.poll(() => nameAt(port)).toBe("two");
    writeFileSync(join(versions[1]!, "tls.cert.pem"), "");
    process.kill(pid, "SIGHUP");
    await expect
      .poll(() => state.stderr)
      .toMatch(/! the certificate changed, but cannot be used: the old one stays/);
    expect(await nameAt(port)).toBe("two");
    // Without a signal too, by polling.
    mount(versions[2]!);
    await expect.poll(() => nameAt(port), { timeout: 30_000 }).toBe("three");
    expect((await stop("SIGTERM")).status).toBe(0);
  });

  it("is the SIEM's secret: during a rotation both are taken, and no delivery is refused", async () => {
    const folder = temporaryFolder();
    const [older, newer] = [join(folder, "older"), join(folder, "newer")];
    writeFileSync(older, "Bearer one\n");
    writeFileSync(newer, "Bearer two\n");
    const { port, pid, state, stop } = await startListen([
      ...["--folder", join(folder, "a"), "--siem-token-file", older, "--siem-token-file", newer],
    ]);
    const answer = async (authorization: string) => (await post(port, body, { authorization })).status;
    expect([await answer("Bearer one"), await answer("Bearer two"), await answer("Bearer three")]).toEqual([
      204, 204, 401,
    ]);
    writeFileSync(older, "Bearer three");
    process.kill(pid, "SIGHUP");
    await expect.poll(() => answer("Bearer three")).toBe(204);
    expect([await answer("Bearer one"), await answer("Bearer two")]).toEqual([401, 204]);
    // A file that vanishes, or is empty, keeps the old secrets.
    rmSync(older);
    process.kill(pid, "SIGHUP");
    await expect
      .poll(() => state.stderr)
      .toMatch(/SIEM's authorization changed, but cannot be used: .*older does not exist/);
    expect([await answer("Bearer three"), await answer("")]).toEqual([204, 401]);
    expect(state.stderr).not.toMatch(/Bearer|\bthree\b/);
    await stop("SIGTERM");
  });

  it("is the credential of a target, without a restart of the forwarder", async () => {
    const folder = temporaryFolder();
    const secret = join(folder, "secret");
    writeFileSync(secret, "first");
    const target = await startTarget(({ headers }) =>
      headers.authorization === "Splunk second" ? taken : { status: 503 },
    );
    const listening = await startListen(["--folder", join(folder, "a")]);
    expect((await post(listening.port, body, { authorization: "Bearer files" })).status).toBe(204);
    const args = [
      "forward",
      join(folder, "a"),
      "--follow",
      "--to",
      "splunk",
      "--url",
      target.url,
      "--min-wait",
      "10ms",
    ];
    const forwarder = start([...args, "--credential-file", secret]);
    await expect.poll(() => target.seen.length).toBeGreaterThan(1);
    writeFileSync(secret, "second");
    process.kill(forwarder.pid, "SIGHUP");
    await expect
      .poll(() =>
        idsIn(
          target.seen
            .filter(({ headers }) => headers.authorization === "Splunk second")
            .map((one) => one.body),
        ),
      )
      .toHaveLength(5);
    expect((await forwarder.stop("SIGTERM")).status).toBe(0);
  });
});

describe("the connections of listen", () => {
  it("are closed if they send no headers, and refused beyond a number, which is said", async () => {
    const { port, state, stop } = await startListen([
      "--folder",
      temporaryFolder(),
      "--max-connections",
      "3",
    ]);
    const idle = Array.from({ length: 5 }, () => connectPlain(port, "127.0.0.1"));
    cleanup(() => idle.forEach((socket) => void socket.destroy()));
    let closed = 0;
    for (const socket of idle)
      socket
        .on("error", () => {})
        .on("close", () => closed++)
        .resume();
    await expect.poll(() => state.stderr).toMatch(/! refused a connection: 3 are open \(--max-connections\)/);
    await expect.poll(() => closed, { timeout: 30_000 }).toBe(5);
    expect((await post(port, body, { authorization: "Bearer files" })).status).toBe(204);
    await stop("SIGTERM");
  });
});
