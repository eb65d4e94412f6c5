import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { auditRecords, createSigner } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/cleanup.js";
import { siem } from "../../test/support/siem.js";
import { makeCertificate } from "./support/certificate.js";
import { run } from "./support/commands.js";

/** A folder with what newcomers try: three records, keys, an empty file, a folder, certificates. */
function setUp() {
  const cwd = temporaryFolder();
  const signer = createSigner();
  writeFileSync(join(cwd, "a.log"), `${[...auditRecords(3, { signer })].join("\n")}\n`);
  writeFileSync(join(cwd, "k.json"), JSON.stringify(signer.jwks));
  writeFileSync(join(cwd, "empty.log"), "");
  writeFileSync(join(cwd, "other.json"), JSON.stringify(createSigner("other").jwks));
  mkdirSync(join(cwd, "dir"));
  return cwd;
}

describe("a newcomer's mistake is told with what to do", () => {
  it.each<[string[], RegExp, number]>([
    [["version"], /the option is --version/, 2],
    [["parse", "--version"], /it stands before the command: konnect-audit --version/, 2],
    [["parse", "--json", "a.log"], /for JSON: --output json or --output jsonl/, 2],
    [["parse", "-o", "JSON", "a.log"], /Did you mean json\?/, 2],
    [["listen", "extra"], /too many arguments[\s\S]*konnect-audit help listen/, 2],
    [["parse", "--columns", "tiem", "a.log"], /tiem is not a field\. Did you mean time\?/, 2],
    [["parse", "--where", "principle_id=x", "a.log"], /Did you mean principal_id\?/, 2],
    [["parse", "--resource", "rotues", "a.log"], /No record matched: 0 of 3 records/, 0],
    [["parse", "--denied", "--type", "authentication", "a.log"], /no record matches both/, 2],
    [["parse", "--since", "2026-03-29T02:30:00", "a.log"], /The zone is missing/, 2],
    [["parse", "--since", "1767225600", "a.log"], /seconds since 1970: give 2026-01-01T00:00:00/, 2],
    [["parse", "none*.log"], /none\*\.log does not exist: the shell found no file for it/, 2],
    [["parse", "empty.log"], /! empty\.log does not contain a record/, 0],
    [["parse", "dir"], /dir is not an archive: it has neither archive\.json nor segments/, 2],
    [["verify", "a.log"], /no keys to verify with: give --keys FILE or URL, or --region/, 2],
    [
      ["verify", "--keys", "other.json", "a.log"],
      /3 invalid of 3 records\. None matches the keys of other\.json/,
      1,
    ],
    [["verify", "--keys", "k.json", "a.log", "a.log"], /a\.log was given twice: it is read once/, 0],
    [["verify", "--keys", "dir", "a.log"], /dir is a folder: give a file/, 2],
    [["listen", "--folder", "a.log"], /a\.log is not a folder/, 2],
    [
      ["listen", "--port", "0", "--cert", "localhost.key.pem", "--key", "localhost.cert.pem"],
      /are --cert and --key exchanged\?/,
      2,
    ],
    [
      ["listen", "--port", "0", "--cert", "localhost.cert.pem", "--key", "two.key.pem"],
      /two\.key\.pem does not belong to the certificate/,
      2,
    ],
    [["listen", "--host", "nohost.invalid"], /--host nohost\.invalid cannot be resolved/, 2],
    [
      ["forward", "a.log", "--to", "splunk", "--url", "localhost:8088"],
      /--url needs a scheme: https:\/\/localhost:8088/,
      2,
    ],
    [
      ["forward", "--to", "splunk", "--url", "https://x.example", "--jetstream", "nats://x", "a.log"],
      /--jetstream cannot be used with files/,
      2,
    ],
    [
      ["forward", "a.log", "--to", "splunk", "--index", "i", "--url", "https://x.example"],
      /--index is for --to elastic, not splunk/,
      2,
    ],
    [
      ["forward", "--test", "--to", "cloudwatch", "--group", "g", "--stream", "s"],
      /no region of AWS: set AWS_REGION/,
      2,
    ],
  ])("%j", async (args, message, status) => {
    const cwd = setUp();
    if (args.includes("--cert")) for (const name of ["localhost", "two"]) makeCertificate(cwd, name);
    const ended = await run(args, {
      cwd,
      env: { SIEM_TOKEN: "x", SIEM_CREDENTIAL: "x", AWS_EC2_METADATA_DISABLED: "true" },
    });
    expect(ended.stderr).toMatch(message);
    expect(ended.status).toBe(status);
  });

  it.each<[string[], RegExp, number]>([
    [["pull", "--since", "2030-01-01"], /--since \(2030.*\) is in the future: it is 20/, 2],
    [["tail", "--until", "1h"], /--until \(.*\) is in the past: nothing new would be followed/, 2],
    [["recover", "--since", "2030-01-01"], /--since \(2030.*\) is in the future/, 2],
    [
      ["setup", "--endpoint", "https://u:p4ss@a.example/"],
      /a credential in --endpoint is visible to others/,
      2,
    ],
    [["setup", "--endpoint", "http://a.example"], /--endpoint must be an https URL/, 2],
    [["setup", "--name", ""], /--name must not be empty/, 2],
    [["setup", "--portal", "x"], /--portal must be the id of a Dev Portal/, 2],
    [["pull", "--token-file", "."], /\. is a folder: give a file/, 2],
    [["pull", "--append"], /--append needs --out/, 2],
  ])("%j, with a Konnect", async (args, message, status) => {
    const { variables: env } = await siem();
    const ended = await run(args, { env });
    expect(ended.stderr).toMatch(message);
    expect(ended.output).not.toContain("p4ss");
    expect(ended.status).toBe(status);
  });

  it("a token that Konnect refuses is told once, and what depends on it is not checked", async () => {
    const { variables } = await siem();
    const env = { ...variables, KONNECT_TOKEN: "kpat_wrong" };
    const doctor = await run(["doctor"], { env });
    expect(doctor.stdout.match(/refuses the token/g)).toHaveLength(1);
    expect(doctor.stdout).toMatch(/\? pull +not checked: it needs the token/);
    const pull = await run(["pull"], { env });
    expect(pull.stderr.match(/401/g)).toHaveLength(1);
    expect(pull.status).toBe(2);
  });

  it("a destination that does not exist is told with those that do", async () => {
    const { variables: env } = await siem();
    await run(["setup", "--name", "mine"], { env });
    expect((await run(["teardown", "--name", "NOPE"], { env })).stdout).toMatch(
      /NOPE does not exist: nothing to do \(there are: mine\)/,
    );
  });
});
