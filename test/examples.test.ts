import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { KonnectClient } from "../src/index.js";
import { auditRecords, createSigner, startKonnect } from "../src/testing/index.js";
import { startListener } from "./support/listener.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** Runs an example, with these variables and none of Konnect's of this machine. */
async function example(name: string, variables: Record<string, string>, ...args: string[]) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(KONNECT|SIEM)_/.test(name));
  const env = { ...Object.fromEntries(kept), ...variables };
  const child = spawn(process.execPath, ["--import", "tsx", `examples/${name}.ts`, ...args], {
    cwd: root,
    env,
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const [status] = await once(child, "close");
  return { output, status };
}
const quickstart = (variables: Record<string, string>) => example("quickstart", variables);

async function siem() {
  const server = await startKonnect({ timeScale: 0.001 });
  const listener = await startListener();
  open.push(server, listener);
  const variables = {
    KONNECT_TOKEN: server.token,
    KONNECT_CONTROL_PLANE_URL: server.url,
    SIEM_ENDPOINT: listener.url,
    SIEM_TOKEN: "Bearer siem-secret",
  };
  return { server, listener, variables };
}

describe("the quickstart", () => {
  it("goes the whole road on this machine", async () => {
    const { output, status } = await quickstart({});
    expect(output).toMatch(/✓ 1\. createDestination/);
    expect(output).toMatch(/✓ 2\. enableWebhook/);
    expect(output).toMatch(/✓ 3\. listControlPlanes +3 found: default, staging, production/);
    expect(output).toMatch(/✓ 4\. receive the batch +2 records/);
    expect(output).toMatch(
      /✓ 7\. parseAuditRecord +authorization: Authz\.control-planes\n✓ 8\. verify +valid, signed by Konnect's key \S+/,
    );
    expect(output).toMatch(
      / {2}\S+Z konghq\.com CEF:0\|KongInc\|Konnect\|1\.0\|konnect\|Authz\.control-planes\|1\|rt=/,
    );
    expect(output).not.toMatch(/✗|failed/);
    expect(status).toBe(0);
  });

  it("talks to the Konnect of the environment, and shows no secret", async () => {
    const { listener, variables } = await siem();
    const { output, status } = await quickstart(variables);
    expect(output).toMatch(/✓ 4\. look at the webhook +.*"enabled":true/);
    expect(status).toBe(0);
    expect((await listener.batches(1))[0]?.headers.authorization).toBe("Bearer siem-secret");
    for (const secret of [variables.KONNECT_TOKEN, "siem-secret"]) expect(output).not.toContain(secret);
  });

  it("takes over no webhook that delivers elsewhere", async () => {
    const { server, listener, variables } = await siem();
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
    const input = { name: "theirs", endpoint: listener.url, authorization: "x", log_format: "cef" } as const;
    const { id } = await konnect.createDestination(input);
    await konnect.enableWebhook(id);
    const { output, status } = await quickstart(variables);
    expect(output).toMatch(/delivers its records already/);
    expect(status).toBe(1);
    expect((await konnect.api.GET("/v3/audit-log-webhook")).data?.audit_log_destination_id).toBe(id);
  });

  it("ends with exit status 1 when a step fails", async () => {
    const { variables } = await siem();
    const wrong = await quickstart({ ...variables, KONNECT_TOKEN: "kpat_wrong" });
    expect(wrong.output).toMatch(/✗ 1\. createDestination .*401/);
    expect(wrong.status).toBe(1);
    const { output, status } = await quickstart({ KONNECT_TOKEN: "kpat_x" });
    expect(output).toMatch(/SIEM_ENDPOINT and SIEM_TOKEN/);
    expect(status).toBe(1);
  });
});

describe("setup-webhook, doctor and teardown", () => {
  it("set the pipeline up, look at it, and take it down, again and again", async () => {
    const { server, variables } = await siem();
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });

    const sick = await example("doctor", variables);
    expect(sick.output).toMatch(/✗ webhook +The webhook is not configured\.\n +→ Set it up/);
    expect(sick.output).toMatch(/✗ the pipeline is not healthy\n$/);
    expect(sick.status).toBe(1);

    const first = await example("setup-webhook", variables, "--format", "json");
    expect(first.output).toMatch(/✓ destination SIEM \(.*\): new\n✓ webhook: enabled now/);
    expect(first.status).toBe(0);
    const again = await example("setup-webhook", variables, "--format", "json");
    expect(again.output).toMatch(/: as it was\n✓ webhook: was enabled already/);
    const changed = await example("setup-webhook", variables);
    expect(changed.output).toMatch(/: changed: log_format/);
    expect((await konnect.listDestinations()).data).toHaveLength(1);

    const healthy = await example("doctor", variables);
    expect(healthy.output).toMatch(/✓ token .*\n✓ webhook .*\n✓ destination .*127\.0\.0\.1/);
    expect(healthy.status).toBe(0);
    const asJson = await example("doctor", variables, "--json");
    expect(JSON.parse(asJson.output)).toMatchObject({ ok: true });

    const other = await example("setup-webhook", variables, "--name", "other");
    expect(other.output).toMatch(/^✗ the webhook delivers to another destination already .*replace/);
    expect(other.status).toBe(1);
    const replaced = await example("setup-webhook", variables, "--name", "other", "--replace");
    expect(replaced.output).toMatch(/it named .* before/);

    const down = await example("teardown", variables, "--name", "other");
    expect(down.output).toMatch(/✓ webhook: deleted\n✓ destination other \(.*\): deleted/);
    const left = await example("teardown", variables);
    expect(left.output).toMatch(/left alone\n✓ destination SIEM \(.*\): deleted/);
    const gone = await example("teardown", variables);
    expect(gone.output).toMatch(/there is no destination SIEM/);
    expect(gone.status).toBe(0);
    for (const { output } of [first, again, other, down, healthy])
      for (const secret of [variables.KONNECT_TOKEN, "siem-secret"]) expect(output).not.toContain(secret);
  });

  it.each(["setup-webhook", "doctor", "teardown"])(
    "%s answers --help, and says what is missing",
    async (name) => {
      const help = await example(name, {}, "--help");
      expect(help.output).toMatch(/npx tsx examples\/.*KONNECT_TOKEN .*KONNECT_REGION/s);
      expect(help.status).toBe(0);
      const nothing = await example(name, { SIEM_ENDPOINT: "https://x.example", SIEM_TOKEN: "x" });
      expect(nothing.output).toMatch(/^✗ no (token|region): set .*KONNECT_/);
      expect(nothing.status).toBe(1);
      const strange = await example(name, {}, "--colour");
      expect(strange.output).toMatch(/^✗ .*--colour/);
      expect(strange.status).toBe(1);
    },
  );
});

describe("verify-archive", () => {
  it("finds exactly what was forged, in plain and in gzip, and says where", async () => {
    const folder = mkdtempSync(join(tmpdir(), "archive-"));
    open.push({ close: async () => rmSync(folder, { recursive: true }) });
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
    open.push({ close: async () => rmSync(folder, { recursive: true }) });
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
    open.push({ close: async () => rmSync(folder, { recursive: true }) });
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
