import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { KonnectClient } from "konnect-audit-logs";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/cleanup.js";
import { siem } from "../../test/support/siem.js";
import { run } from "./support/commands.js";

describe("setup, doctor and teardown", () => {
  it("set the pipeline up, check it, and take it down, again and again", async () => {
    const { server, variables: env } = await siem();
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });

    const sick = await run(["doctor"], { env });
    expect(sick.stdout).toMatch(/✗ webhook +The webhook is not configured\.\n +→ Set it up/);
    expect(sick.stderr).toMatch(/✗ the pipeline is not healthy\n$/);
    expect(sick.status).toBe(1);

    const first = await run(["setup", "--format", "json"], { env });
    expect(first.stdout).toMatch(/✓ destination SIEM \(.*\): created\n✓ webhook: enabled\n/);
    expect(first.status).toBe(0);
    const again = await run(["setup", "--format", "json"], { env });
    expect(again.stdout).toMatch(/: as it was\n✓ webhook: was enabled already/);
    const changed = await run(["setup"], { env });
    expect(changed.stdout).toMatch(/: changed: log_format/);
    expect((await konnect.listDestinations()).data).toHaveLength(1);

    const healthy = await run(["doctor"], { env });
    expect(healthy.stdout).toMatch(/✓ token .*\n✓ webhook .*\n✓ destination .*127\.0\.0\.1/);
    expect(healthy.status).toBe(0);
    expect(JSON.parse((await run(["doctor", "--json"], { env })).stdout)).toMatchObject({ ok: true });

    const other = await run(["setup", "--name", "other"], { env });
    expect(other.stderr).toMatch(
      /✗ .*: the webhook already delivers to another destination .*: take it over with --replace/,
    );
    expect(other.status).toBe(2);
    const replaced = await run(["setup", "--name", "other", "--replace"], { env });
    expect(replaced.stdout).toMatch(/it named .* before/);

    const down = await run(["teardown", "--name", "other"], { env });
    expect(down.stdout).toMatch(/✓ webhook: deleted\n✓ destination other \(.*\): deleted/);
    const left = await run(["teardown"], { env });
    expect(left.stdout).toMatch(/left alone\n✓ destination SIEM \(.*\): deleted/);
    const gone = await run(["teardown"], { env });
    expect(gone.stdout).toMatch(/destination SIEM does not exist/);
    expect(gone.status).toBe(0);
    for (const { output } of [first, again, other, down, healthy])
      for (const secret of [env.KONNECT_TOKEN, "siem-secret"]) expect(output).not.toContain(secret);
  });

  it("shows in a dry run what would change, and changes nothing", async () => {
    const { server, variables: env } = await siem();
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
    const dry = await run(["setup", "--dry-run"], { env });
    expect(dry.stdout).toMatch(/✓ destination SIEM \(new\): would be created\n✓ webhook: would be enabled\n/);
    expect(dry.stderr).toMatch(/dry run: nothing was changed/);
    expect((await konnect.listDestinations()).data).toEqual([]);
    expect((await konnect.getWebhook()).enabled).toBe(false);
    await run(["setup"], { env });
    const changing = await run(["setup", "--dry-run", "--format", "cps"], { env });
    expect(changing.stdout).toMatch(/: would be changed: log_format\n✓ webhook: was enabled already/);
    expect((await konnect.listDestinations()).data[0]).toMatchObject({ log_format: "cef" });
    const portal = server.portals[0]!;
    const atPortal = await run(["setup", "--dry-run", "--name", "P", "--portal", portal], { env });
    expect(atPortal.stdout).toMatch(/destination P .*would be created\n✓ webhook: would be enabled/);
    expect((await konnect.portal(portal).getWebhook()).enabled).toBe(false);
  });

  it("read secrets from files, and never print them", async () => {
    const { variables } = await siem();
    const folder = temporaryFolder();
    const [token, siemToken] = [join(folder, "token"), join(folder, "siem")];
    writeFileSync(token, `${variables.KONNECT_TOKEN}\n`);
    writeFileSync(siemToken, "Splunk file-secret\n");
    const { KONNECT_TOKEN: _, SIEM_TOKEN: __, ...env } = variables;
    const files = ["--token-file", token, "--siem-token-file", siemToken];
    const done = await run(["setup", "--verbose", ...files], { env });
    expect(done.status).toBe(0);
    for (const secret of [variables.KONNECT_TOKEN, "file-secret"]) expect(done.output).not.toContain(secret);
    writeFileSync(token, "two words");
    const wrong = await run(["doctor", "--token-file", token], { env });
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringMatching(/must contain an access token/) });
    expect(wrong.output).not.toContain("two words");
    const missing = await run(["setup", "--siem-token-file", join(folder, "none")], { env: variables });
    expect(missing).toMatchObject({ status: 2, stderr: expect.stringMatching(/none does not exist/) });
  });

  it.each(["setup", "doctor", "teardown"])("%s answers --help, and says what is missing", async (name) => {
    const help = await run([name, "--help"]);
    expect(help.stdout).toMatch(/KONNECT_REGION.*KONNECT_TOKEN/s);
    expect(help.status).toBe(0);
    const nothing = await run([name], { env: { SIEM_ENDPOINT: "https://x.example", SIEM_TOKEN: "x" } });
    expect(nothing.stderr).toMatch(/^✗ no (access token|region): give --.*, or set KONNECT_/);
    expect(nothing.status).toBe(2);
    const strange = await run([name, "--colour"]);
    expect(strange.stderr).toMatch(/unknown option '--colour'/);
    expect(strange.status).toBe(2);
    const typo = await run([name], {
      env: { KONNECT_REGION: "uz", KONNECT_TOKEN: "x", SIEM_TOKEN: "x", SIEM_ENDPOINT: "https://x.example" },
    });
    expect(typo).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/uz\): use us, eu, au, me, in, sg/),
    });
  });

  it("says that a token is refused, or Konnect does not answer", async () => {
    const { variables } = await siem();
    const refused = await run(["setup"], { env: { ...variables, KONNECT_TOKEN: "kpat_wrong" } });
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringMatching(/401/) });
    expect(refused.output).not.toContain("kpat_wrong");
    const doctor = await run(["doctor"], { env: { ...variables, KONNECT_TOKEN: "kpat_wrong" } });
    expect(doctor.status).toBe(1);
  });
});
