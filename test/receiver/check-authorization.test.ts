import { afterEach, describe, expect, it, vi } from "vitest";
import { createReceiver } from "../../src/receiver/index.js";
import { createCountedReport } from "../../src/receiver/report.js";
import { auditRecords } from "../../src/testing/index.js";
import { gzip, SECRET, start } from "./support.js";

const body = gzip([...auditRecords(3)]);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("credentials of a function", () => {
  it("are asked for with each delivery, so that a secret can be rotated", async () => {
    let expected: string | string[] = "Bearer one";
    const { port } = await start({ authorization: () => expected });
    const { post } = await import("./support.js");
    const answer = async (authorization: string) => (await post(port, body, { authorization })).status;
    expect([await answer("Bearer one"), await answer("Bearer two")]).toEqual([204, 401]);
    expected = ["Bearer one", "Bearer two"];
    expect([await answer("Bearer one"), await answer("Bearer two")]).toEqual([204, 204]);
    expected = "Bearer two";
    expect([await answer("Bearer one"), await answer("Bearer two")]).toEqual([401, 204]);
  });

  it.each([[""], [[]], ["x\n"], [undefined]])("that cannot be right let nobody in: %j", async (expected) => {
    const { port, warnings } = await start({ authorization: () => expected as string });
    const { post } = await import("./support.js");
    for (const authorization of ["", "x", "undefined"])
      expect((await post(port, body, { authorization })).status).toBe(500);
    expect(warnings.join()).toMatch(/authorization must/);
  });

  it("that cannot be had are answered with 500, so Konnect retries", async () => {
    const { port, batches } = await start({
      authorization() {
        throw new Error("the vault is sealed");
      },
    });
    const { post } = await import("./support.js");
    expect((await post(port, body)).status).toBe(500);
    expect(batches).toEqual([]);
  });
});

describe("a credential", () => {
  it.each([
    " x",
    "x ",
    "x\n",
    "\tx",
    "x\r\n",
    "Bearer a\nb",
    "x\u0000",
    "x\u007f",
    "\u00a0x",
    ["good", "bad "],
  ])("that no header can match is refused: %j", (authorization) => {
    const make = () => createReceiver({ authorization, onBatch: () => {} });
    expect(make).toThrow(/authorization must not begin or end with white space/);
    expect(make).not.toThrow(/good|bad/);
  });

  it.each(["Bearer schlüssel", "Splunk ключ-1", "Bearer 🔑", "Bearer a  b"])(
    "is matched as Latin-1 and as UTF-8: %s",
    async (authorization) => {
      const { port, receiver } = await start({ authorization });
      const { post } = await import("./support.js");
      const utf8 = Buffer.from(authorization).toString("latin1");
      expect((await post(port, body, { authorization: utf8 })).status).toBe(204);
      const isLatin1 = !/[^\u0000-\u00ff]/.test(authorization);
      if (isLatin1) expect((await post(port, body, { authorization })).status).toBe(204);
      expect((await post(port, body, { authorization: `${utf8}x` })).status).toBe(401);
      const request = new Request("http://x/", {
        method: "POST",
        headers: { authorization: utf8 },
        body: "x",
      });
      expect((await receiver.fetch(request)).status).toBe(204);
    },
  );

  it.each([
    ["Bearer x", "Bearer"],
    ["bearer x", "Bearer"],
    [["Bearer x", "Bearer y"], "Bearer"],
    [["Bearer x", "Splunk y"], undefined],
    ["Splunk x", undefined],
    ["Basic eDp5", undefined],
    ["bare-key", undefined],
  ] as const)("%j is requested with the scheme %s", async (authorization, scheme) => {
    const { post } = await start({ authorization });
    const { status, headers } = await post(body, { authorization: "wrong" });
    expect(status).toBe(401);
    expect(headers["www-authenticate"]).toBe(scheme);
  });
});

describe("the logger", () => {
  it("is the console by default, and gets a failing handler, a wrong credential and a body parser", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { post, receiver } = await start({
      logger: undefined as never,
      onBatch: () => Promise.reject(new Error("disk full")),
    });
    expect((await post(body)).status).toBe(500);
    expect(warn).toHaveBeenLastCalledWith(expect.stringContaining("disk full"));
    expect((await post(body, { authorization: "wrong" })).status).toBe(401);
    expect(warn).toHaveBeenLastCalledWith(expect.stringMatching(/401.*does not retry/));
    const read = new Request("http://x/", { method: "POST", headers: { authorization: SECRET }, body: "x" });
    await read.text();
    expect((await receiver.fetch(read)).status).toBe(500);
    expect(warn).toHaveBeenLastCalledWith(expect.stringContaining("the body was read before"));
    for (const [message] of warn.mock.calls) expect(message).not.toMatch(/secret|wrong-/);
  });

  it("is nobody with false", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { post } = await start({ logger: false, onBatch: () => Promise.reject(new Error("x")) });
    await post(body);
    await post(body, { authorization: "wrong" });
    expect(warn).not.toHaveBeenCalled();
    expect(() => createReceiver({ authorization: "x", onBatch: () => {}, logger: {} as never })).toThrow(
      /logger/,
    );
  });

  it("hears of wrong credentials once a minute, with their count", async () => {
    const { post, warnings, receiver } = await start();
    for (let i = 0; i < 20; i++) await post(body, { authorization: "wrong" });
    expect(receiver.stats().answers).toEqual({ 401: 20 });
    expect(warnings).toHaveLength(1);
    const said: string[] = [];
    let now = 0;
    const report = createCountedReport(
      (message) => said.push(message),
      () => now,
    );
    for (const time of [0, 1, 59_999, 60_000, 60_001, 120_000]) {
      now = time;
      report("refused");
    }
    expect(said).toEqual([
      "refused",
      "refused (3 times since the last report)",
      "refused (2 times since the last report)",
    ]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("log");
      },
    ],
    ["rejects", () => Promise.reject(new Error("log"))],
  ])("that %s changes no answer", async (_, warn) => {
    const { post, receiver } = await start({
      logger: { warn },
      onBatch: () => Promise.reject(new Error("x")),
    });
    expect((await post(body)).status).toBe(500);
    expect((await post(body, { authorization: "wrong" })).status).toBe(401);
    expect((await post(body.subarray(0, 40))).status).toBe(500);
    const request = (headers: Record<string, string>) =>
      new Request("http://x/", { method: "POST", headers, body: new Uint8Array(body) });
    expect((await receiver.fetch(request({ authorization: SECRET }))).status).toBe(500);
    expect((await receiver.fetch(request({}))).status).toBe(401);
    expect((await receiver.fetch(undefined as never)).status).toBe(500);
  });
});
