import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { auditRecords, createSigner } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cleanup.js";
import { siem } from "../../../../test/support/siem.js";
import { run } from "../../support/commands.js";

const newFolder = temporaryFolder;

describe("verify", () => {
  it("finds exactly the forged records, in plain files and gzip, with their positions", async () => {
    const folder = newFolder();
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
    const { output, status } = await run(["verify", "--keys", keys, plain, zipped]);
    expect(output).toMatch(/valid +1,197\n/);
    expect(output).toMatch(/invalid +2\n/);
    expect(output).toMatch(/malformed +1\n/);
    expect(output).toMatch(/audit\.jsonl:100 {2}invalid \(no_key_matched\)/);
    expect(output).toMatch(/audit\.log\.gz:300 {2}invalid/);
    expect(output).toMatch(/audit\.log\.gz:401 {2}malformed \(no_record\) {2}no_record/);
    expect(output).toMatch(/From 2026-01-01T00:00:00\.000Z to /);
    expect(status).toBe(1);

    const { server } = await siem();
    const fetched = await run(["verify", plain], { env: { KONNECT_CONTROL_PLANE_URL: server.url } });
    expect(fetched.output).toMatch(/invalid +600/);
    const json = await run(["verify", "--json", "--base-url", server.url, plain]);
    expect(JSON.parse(json.stdout)).toMatchObject({ records: 600, byStatus: { invalid: 600 } });
    const nothing = await run(["verify"]);
    expect(nothing).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/missing required argument 'files'/),
    });
    const lost = await run(["verify", "--keys", keys, join(folder, "missing")]);
    expect(lost).toMatchObject({ status: 2, stderr: expect.stringMatching(/✗ .*missing does not exist/) });
  });

  it("says the same with the engine, with the runtime alone, and where WebAssembly does not work", async () => {
    const folder = newFolder();
    const signer = createSigner("engines");
    const lines = [...auditRecords(300, { signer }), ...auditRecords(300, { signer, format: "cps" })];
    lines[250] = lines[250]!.replace("org_id=", "org_id=f");
    const [file, keys] = [join(folder, "audit.log"), join(folder, "keys.json")];
    writeFileSync(file, lines.join("\n"));
    writeFileSync(keys, JSON.stringify(signer.jwks));
    const verify = (...more: string[]) => run(["verify", "--keys", keys, ...more, file]);
    const fast = await verify("--engine", "wasm");
    expect(fast.stdout).toMatch(/valid +599\n.*invalid +1\n/s);
    for (const more of [[], ["--engine", "runtime"]])
      expect(await verify(...more)).toMatchObject({ stdout: fast.stdout, status: 1 });
    expect(await verify("--engine", "openssl")).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/Allowed choices are runtime, wasm/),
    });
    const without = await run(["verify", "--engine", "wasm", "--keys", keys, file], {
      env: { NODE_OPTIONS: "--import=data:text/javascript,delete%20globalThis.WebAssembly" },
    });
    expect(without).toMatchObject({
      stdout: fast.stdout,
      stderr: expect.stringMatching(/! the WebAssembly engine is not active, the runtime verifies: /),
    });
  });

  const signer = createSigner("archive");
  const good = [...auditRecords(20, { signer })];
  const pulled = JSON.stringify({
    ts: "2026-11-25T10:00:00Z",
    type: "authorization",
    resource: "r",
    granted: true,
    signature: "x",
  });

  it.each([
    ["every record is valid", good, 0, /valid +20/],
    ["a record is forged", [...good, good[0]!.replace("org_id=", "org_id=f")], 1, /1 invalid/],
    ["a signature was stripped", [...good, good[0]!.replace(/ sig=.*/, "")], 1, /1 unsigned/],
    ["a signature was garbled", [...good, `${good[0]!.slice(0, -3)}!!!`], 1, /1 malformed/],
    ["a line is not a record", [...good, "garbage"], 1, /1 malformed/],
    ["a record was pulled", [...good, pulled], 3, /1 record could not be judged/],
    ["all were pulled", [pulled], 3, /authorization +1\n.*2026-11-25T10:00:00\.000Z.*could not be judged/s],
    [
      "there are a forged and a pulled one",
      [pulled, good[0]!.replace("org_id=", "org_id=f")],
      1,
      /1 invalid/,
    ],
    ["there are no records", [], 3, /do not contain a record/],
  ])("shows by its exit status that %s", async (_, lines, expected, said) => {
    const folder = newFolder();
    const [archive, keys] = [join(folder, "audit.log"), join(folder, "keys.json")];
    writeFileSync(archive, lines.join("\n"));
    writeFileSync(keys, JSON.stringify(signer.jwks));
    const { status, output } = await run(["verify", "--keys", keys, archive]);
    expect(output).toMatch(said);
    expect(status).toBe(expected);
  });

  it("warns of a file without a record beside one that has some", async () => {
    const folder = newFolder();
    const [archive, empty, keys] = ["audit.log", "empty.log", "keys.json"].map((name) => join(folder, name));
    writeFileSync(archive!, good.join("\n"));
    writeFileSync(empty!, "");
    writeFileSync(keys!, JSON.stringify(signer.jwks));
    const { status, output } = await run(["verify", "--keys", keys!, archive!, empty!]);
    expect(output).toContain(`${empty} does not contain a record`);
    expect(output).not.toContain(`${archive} does not contain a record`);
    expect(status).toBe(0);
  });

  it("reads its keys first, and says why it cannot", async () => {
    const folder = newFolder();
    const archive = join(folder, "audit.log");
    writeFileSync(archive, good.join("\n"));
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const { server } = await siem();
    for (const [keys, why, expected] of [
      [write("broken.json", "{"), /broken\.json.*not JSON/, 2],
      [write("key.pem", "-----BEGIN PUBLIC KEY-----"), /key\.pem.*PEM/, 2],
      [write("other.json", '{"a":1}'), /not a key set/, 2],
      [write("empty.json", '{"keys":[{"kty":"RSA"}]}'), /no Ed25519 key/, 2],
      [`${server.url}/nowhere`, /: 40\d [A-Z]/, 3],
      ["http://127.0.0.1:1/jwks.json", /cannot be read: (bad port|.*ECONNREFUSED)/, 3],
    ] as const) {
      const { status, output } = await run(["verify", "--keys", keys, archive]);
      expect(output).toMatch(why);
      expect(output).toMatch(/^✗ [^\n]*\n$/);
      expect(status).toBe(expected);
    }
    const nowhere = await run(["verify", archive]);
    expect(nowhere).toMatchObject({
      status: 2,
      output: expect.stringMatching(/^✗ no keys to verify with: give --keys FILE or URL, or --region/),
    });
    const folderGiven = await run(["verify", "--keys", write("k.json", JSON.stringify(signer.jwks)), folder]);
    expect(folderGiven).toMatchObject({ status: 2, stderr: expect.stringMatching(/is not an archive/) });
    const secret = await run(["verify", "--keys", "https://u:p4ss@x.example/jwks.json", archive]);
    expect(secret).toMatchObject({ status: 2, stderr: expect.stringMatching(/credentials in the URL/) });
    expect(secret.output).not.toContain("p4ss");
    const missing = await run(["verify", "--keys", join(folder, "missing.json"), archive]);
    expect(missing).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/missing\.json does not exist/),
    });
  });

  it("reports what it found in the other files when one is broken", async () => {
    const folder = newFolder();
    const [plain, cut, keys] = ["audit.log", "cut.log.gz", "keys.json"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(plain, good.join("\n"));
    writeFileSync(cut, gzipSync(good.join("\n")).subarray(0, 900));
    writeFileSync(keys, JSON.stringify(signer.jwks));
    const { status, stdout, stderr } = await run(["verify", "--keys", keys, cut, plain]);
    expect(stdout).toMatch(/valid +2\d/);
    expect(stderr).toMatch(/cut\.log\.gz could not be read to its end/);
    expect(status).toBe(3);
    writeFileSync(plain, `${good.join("\n")}\ngarbage`);
    expect((await run(["verify", "--keys", keys, cut, plain])).status).toBe(1);
  });
});
