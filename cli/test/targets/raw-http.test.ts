import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { auditRecord, auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { cleanup } from "../../../test/support/cleanup.js";
import { send } from "../../src/commands/forward/send.js";
import { rawHttp } from "../../src/targets/raw-http.js";
import type { TargetOptions } from "../../src/targets/target.js";
import { run } from "../support/commands.js";
import { http, itemsOf, limits, setUp } from "../support/targets.js";

/** A server that keeps the bodies that it gets, and answers with these statuses and then 200. */
async function source(statuses: number[] = []) {
  const seen: { path: string; headers: Record<string, unknown>; body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    seen.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(statuses.shift() ?? 200).end();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  cleanup(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, seen };
}

const cef = [...auditRecords(3)];
const json = auditRecord({ format: "json" });
const broken = "{broken";
const items = itemsOf([...cef, json, broken]);
const target = (url: string, options: Partial<TargetOptions> = {}) => rawHttp({ http, url, ...options });

describe("a plain HTTP source", () => {
  it("gets one record per line, each as it is, at the URL as it is", async () => {
    const { url, seen } = await source();
    const { options } = limits();
    const latin = { id: "l", raw: "x", bytes: Buffer.of(0x43, 0xff), event: undefined };
    await send([...items, latin], target(`${url}/receiver/key==/?a=1`, { credential: "Bearer t" }), options);
    expect(seen).toHaveLength(1);
    const { path, headers, body } = seen[0]!;
    expect(path).toBe("/receiver/key==/?a=1");
    expect(headers).toMatchObject({ "content-type": "text/plain; charset=utf-8", authorization: "Bearer t" });
    expect(body).toEqual(
      Buffer.concat([Buffer.from(`${[...cef, json, broken].join("\n")}\n`), latin.bytes, Buffer.from("\n")]),
    );
  });

  it.each(["ndjson", "json"] as const)(
    "gets %s: JSON records as they are, others as strings",
    async (body) => {
      const { url, seen } = await source();
      await send(items, target(url, { body }), limits().options);
      const text = seen[0]!.body.toString();
      const got =
        body === "json"
          ? JSON.parse(text)
          : text
              .trim()
              .split("\n")
              .map((line) => JSON.parse(line));
      expect(got).toEqual([...cef.map((record) => ({ record })), JSON.parse(json), { record: broken }]);
      expect(seen[0]!.headers["content-type"]).toBe(
        body === "json" ? "application/json" : "application/x-ndjson",
      );
    },
  );

  it("gets the body compressed", async () => {
    const { url, seen } = await source();
    await send(items, target(url, { gzip: true }), limits().options);
    expect(seen[0]!.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(seen[0]!.body).toString()).toContain(cef[2]);
  });

  it("takes records with the statuses that are named, and no other", async () => {
    const { url, seen } = await source([204, 202]);
    const { options, dead } = limits();
    const one = target(url, { taken: [200, 202] });
    await expect(send(items.slice(0, 1), one, options)).rejects.toThrow(/answered 204/);
    await send(items.slice(0, 1), one, options);
    expect(seen).toHaveLength(2);
    expect(dead()).toEqual([]);
  });
});

describe("forward --to http", () => {
  it("does not keep or show the key in its URL", async () => {
    const { url } = await source();
    const { folder } = setUp(url);
    writeFileSync(`${folder}/a.log`, `${cef.join("\n")}\n`);
    const args = ["forward", `${folder}/a.log`, "--to", "http", "--state", folder, "--name", "sumo"];
    const first = await run([...args, "--url", `${url}/secret-key-1`]);
    expect(first).toMatchObject({ status: 0, stderr: expect.stringMatching(/3 records forwarded to http/) });
    const other = await run([...args, "--url", `${url}/secret-key-2`]);
    expect(other.status).toBe(2);
    expect(other.stderr).toMatch(/the reader sumo is of another target/);
    for (const name of readdirSync(folder).filter(
      (one) => statSync(`${folder}/${one}`).isFile() && !one.endsWith(".log"),
    ))
      expect(readFileSync(`${folder}/${name}`, "utf8")).not.toContain("secret-key");
    expect(first.output + other.output).not.toContain("secret-key");
  });

  it("--test sends one marked record, and says what came back", async () => {
    const { url, seen } = await source([200, 503, 400, 401]);
    const test = ["forward", "--test", "--to", "http", "--url", url];
    const good = await run(test);
    expect(good).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^✓ http took it: search for konnect-audit-test-/),
    });
    expect(seen[0]!.body.toString()).toContain(/konnect-audit-test-[0-9a-f]+/.exec(good.stdout)![0]);
    expect(await run(test)).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/http did not take it: answered 503/),
    });
    expect(await run(test)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/http refuses it: answered 400/),
    });
    expect(await run(test)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/answered 401.*credential/),
    });
  });
});
