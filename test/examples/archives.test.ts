import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { KonnectClient } from "../../src/index.js";
import { auditRecords, createSigner } from "../../src/testing/index.js";
import { closeAll, example, open, siem } from "./support.js";

afterEach(closeAll);

describe("verify-archive", () => {
  it("finds exactly what was forged, in plain and in gzip, and says where", async () => {
    const folder = mkdtempSync(join(tmpdir(), "archive-"));
    open.push(() => rmSync(folder, { recursive: true }));
    const signer = createSigner("archive");
    const lines = [...auditRecords(600, { signer, format: "json" }), ...auditRecords(600, { signer })];
    lines[99] = lines[99]!.replace(/"rt":1/, '"rt":2');
    lines[899] = lines[899]!.replace("org_id=", "org_id=f");
    lines[1000] = "no record";
    const [plain, zipped, keys] = ["audit.jsonl", "audit.log.gz", "keys.json"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeFileSync(plain, lines.slice(0, 600).join("\n"));
    writeFileSync(zipped, gzipSync(lines.slice(600).join("\n")));
    writeFileSync(keys, JSON.stringify(signer.jwks));
    const { output, status } = await example("verify-archive", {}, "--keys", keys, plain, zipped);
    expect(output).toMatch(/valid +1197\n/);
    expect(output).toMatch(/invalid +2\n/);
    expect(output).toMatch(/malformed +1\n/);
    expect(output).toMatch(/audit\.jsonl:100 {2}invalid \(no_key_matched\)/);
    expect(output).toMatch(/audit\.log\.gz:300 {2}invalid/);
    expect(output).toMatch(/audit\.log\.gz:401 {2}malformed \(no_record\) {2}no_record/);
    expect(output).toMatch(/From 2026-01-01T00:00:00\.000Z to /);
    expect(status).toBe(1);

    const { server } = await siem();
    const fetched = await example("verify-archive", { KONNECT_CONTROL_PLANE_URL: server.url }, plain);
    expect(fetched.output).toMatch(/invalid +599/);
    const help = await example("verify-archive", {}, "--help");
    expect(help.output).toMatch(/npx tsx examples\/verify-archive\.ts/);
    const nothing = await example("verify-archive", {});
    expect(nothing).toMatchObject({ status: 1, output: expect.stringMatching(/^✗ which archive/) });
    const lost = await example("verify-archive", {}, "--keys", keys, join(folder, "missing"));
    expect(lost).toMatchObject({ status: 1, output: expect.stringMatching(/✗ ENOENT/) });
  });
});

describe("pull-to-file and recover-gap", () => {
  const until = () => new Date().toISOString();
  it("pulls a window into a file, once, and follows with a limit", async () => {
    const { server, variables } = await siem();
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
    for (let i = 0; i < 7; i++) await konnect.listControlPlanes();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const folder = mkdtempSync(join(tmpdir(), "pull-"));
    open.push(() => rmSync(folder, { recursive: true }));
    const out = join(folder, "audit.jsonl");
    const args = ["--out", out, "--type", "authorization", "--until", until(), "--page-size", "3"];
    const first = await example("pull-to-file", variables, ...args);
    expect(first.output).toMatch(/✓ 7 records in/);
    const again = await example("pull-to-file", variables, ...args);
    expect(again.output).toMatch(/done already: 7 records/);
    const lines = readFileSync(out, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(7);
    expect(new Set(lines.map(({ resource }) => resource))).toEqual(new Set(["control-planes"]));
    const limited = join(folder, "limited.jsonl");
    const since = new Date(Date.now() - 60_000).toISOString();
    const follow = await example(
      "pull-to-file",
      variables,
      "--out",
      limited,
      "--follow",
      "--since",
      since,
      "--limit",
      "5",
    );
    expect(follow.output).toMatch(/✓ 5 records in/);
    expect(follow.output).not.toContain(variables.KONNECT_TOKEN);
  });

  it("recovers a gap by a replay, or by a pull, and says what is lost", async () => {
    const { server, variables } = await siem();
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
    const nothing = await example("recover-gap", variables);
    expect(nothing).toMatchObject({
      status: 1,
      output: expect.stringMatching(/delivery is off.*\n✗ say where the gap begins/s),
    });
    await example("setup-webhook", variables);
    await konnect.listControlPlanes();
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const replayed = await example("recover-gap", variables, "--since", since, "--poll-ms", "5");
    expect(replayed.output).toMatch(/✓ delivered again: /);
    expect(replayed.status).toBe(0);
    const folder = mkdtempSync(join(tmpdir(), "gap-"));
    open.push(() => rmSync(folder, { recursive: true }));
    const out = join(folder, "gap.jsonl");
    const pulled = await example("recover-gap", variables, "--since", since, "--pull", "--out", out);
    expect(pulled.output).toMatch(/✓ pulled: .* records in/);
    expect(readFileSync(out, "utf8")).toContain("control-planes");
    server.fault({ path: "/v3/audit-logs", status: 403 });
    const lost = await example("recover-gap", variables, "--since", since, "--pull", "--out", out);
    expect(lost).toMatchObject({ status: 1, output: expect.stringMatching(/✗ lost: .*switched on/) });
  });

  it.each(["pull-to-file", "recover-gap"])("%s answers --help", async (name) => {
    expect(await example(name, {}, "--help")).toMatchObject({
      status: 0,
      output: expect.stringMatching(/KONNECT_TOKEN/),
    });
  });
});
