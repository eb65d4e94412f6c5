import { existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { auditRecords } from "konnect-audit-logs/testing";
import S3rver from "s3rver";
import { describe, expect, it } from "vitest";
import { cleanup, temporaryFolder } from "../../../test/support/cleanup.js";
import { freePort } from "../../../test/support/loopback.js";
import { run, start } from "../support/commands.js";
import { startListen } from "../support/listen.js";
import { segments, stored } from "../support/segments.js";

const lines = [...auditRecords(60)];
const BUCKET = "audit";
const env = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER", AWS_REGION: "eu-west-1" };

/** A server of S3's protocol, and the options that name it. */
async function startS3() {
  const directory = temporaryFolder();
  const port = await freePort();
  const create = () =>
    new S3rver({
      port,
      address: "127.0.0.1",
      silent: true,
      directory,
      configureBuckets: [{ name: BUCKET, configs: [] }],
    });
  let server = create();
  await server.run();
  cleanup(() => server.close().catch(() => {}));
  /** The text of each object, by key. */
  const objects = () => {
    const root = join(directory, BUCKET);
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith("_object"),
    );
    return new Map(
      files
        .sort()
        .map((name) => [
          name.replace("._S3rver_object", ""),
          gunzipSync(readFileSync(join(root, name))).toString(),
        ]),
    );
  };
  const args = ["--to", "s3", "--bucket", BUCKET, "--endpoint", `http://127.0.0.1:${port}`, "--path-style"];
  const down = () => server.close();
  const up = async () => {
    server = create();
    await server.run();
  };
  return { args, objects, down, up };
}

/** An archive of several segments, closed by a stop. */
async function archive(more: string[] = []) {
  const folder = temporaryFolder();
  const { deliver, stop } = await startListen(["--folder", folder, "--segment-bytes", "4K", ...more]);
  for (let i = 0; i < 60; i += 6) expect(await deliver(lines.slice(i, i + 6))).toBe(204);
  await stop("SIGTERM");
  return folder;
}

describe("forward --to s3", () => {
  it("puts each closed segment under its own key, in either form, once", async () => {
    const { args, objects } = await startS3();
    const folder = await archive(["--compress"]);
    const first = await run(["forward", folder, ...args, "--prefix", "konnect/"], { env });
    expect(first.stderr).toMatch(/✓ \d+ segments of .* put into the bucket/);
    expect(first.status).toBe(0);
    const got = objects();
    for (const key of got.keys())
      expect(key).toMatch(/^konnect\/date=\d{4}-\d\d-\d\d\/audit-\d{8}T\d{6}Z-\d{6}\.log\.gz$/);
    // All but the open one.
    const open = segments(folder).at(-1)!;
    const closed = stored(folder).slice(
      0,
      open.endsWith(".gz") ? undefined : -readFileSync(join(folder, open)).length,
    );
    expect([...got.values()].join("")).toBe(closed);
    const again = await run(["forward", folder, ...args, "--prefix", "konnect/"], { env });
    expect(again.stderr).toMatch(/✓ 0 segments/);
    expect(objects()).toEqual(got);
  });

  it("waits for a server that is down, and follows", async () => {
    const { args, objects, down, up } = await startS3();
    const folder = await archive();
    await down();
    const following = start(["forward", folder, ...args, "--follow", "--min-wait", "10ms"], { env });
    await expect.poll(() => following.state.stderr).toMatch(/waiting for the bucket \(.*ECONNREFUSED/);
    await up();
    const count = segments(folder).length - 1;
    await expect.poll(() => objects().size, { timeout: 60_000 }).toBe(count);
    expect((await following.stop("SIGTERM")).status).toBe(0);
  });

  it("never overwrites the objects of another archive", async () => {
    const { args, objects } = await startS3();
    const [one, other] = [await archive(), await archive()];
    expect((await run(["forward", one, ...args], { env })).status).toBe(0);
    const before = objects();
    // The same name of a segment, as two pods have it that start in the same second.
    const [name] = segments(one);
    for (const file of segments(other)) unlinkSync(join(other, file));
    writeFileSync(join(other, name!), `${lines[0]}\n`);
    writeFileSync(join(other, name!.replace("000001", "000002")), `${lines[1]}\n`);
    const refused = await run(["forward", other, ...args], { env });
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/is there already, of the archive of .*--prefix/),
    });
    expect(objects()).toEqual(before);
  });

  it("names a segment that cannot be read, and goes on with the others", async () => {
    const { args, objects } = await startS3();
    const folder = await archive(["--compress"]);
    const gzip = segments(folder).filter((name) => name.endsWith(".gz"));
    const broken = join(folder, gzip[0]!);
    const whole = readFileSync(broken);
    writeFileSync(broken, whole.subarray(0, whole.length - 20));
    const first = await run(["forward", folder, ...args], { env });
    expect(first.status).toBe(3);
    expect(first.stderr).toContain(`${broken} could not be read to its end`);
    expect(objects().size).toBe(gzip.length - 1);
    writeFileSync(broken, whole);
    expect((await run(["forward", folder, ...args], { env })).status).toBe(0);
    expect(objects().size).toBe(gzip.length);
  });

  it.each([
    [["--to", "s3"], /--bucket is required/],
    [["--to", "s3", "--bucket", "b"], /s3 takes the segments of one archive folder/],
  ])("is refused: %j", async (args, problem) => {
    const file = join(temporaryFolder(), "a.log");
    writeFileSync(file, `${lines[0]}\n`);
    const where = args.includes("--bucket") ? file : await archive();
    expect(await run(["forward", where, ...args], { env })).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(problem),
    });
    expect(existsSync(file)).toBe(true);
  });

  it("ends for a bucket that does not exist or may not be written, and --test says so before", async () => {
    const { args } = await startS3();
    const wrong = args.map((arg) => (arg === BUCKET ? "missing" : arg));
    const test = await run(["forward", "--test", ...wrong], { env });
    expect(test).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/bucket missing cannot be written \(NoSuchBucket/),
    });
    const denied = await run(["forward", "--test", ...args], {
      env: { ...env, AWS_ACCESS_KEY_ID: "wrong" },
    });
    expect(denied).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/cannot be written \(InvalidAccessKeyId/),
    });
    const good = await run(["forward", "--test", ...args], { env });
    expect(good).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^✓ s3 took it: audit\/konnect-audit-test-/),
    });
  });
});
