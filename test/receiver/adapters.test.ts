import { describe, expect, it } from "vitest";
import { createReceiver } from "../../src/receiver/index.js";
import { auditRecords } from "../../src/testing/index.js";
import { cleanup } from "../support/cleanup.js";
import { serve } from "../support/loopback.js";
import { gzip, post, SECRET } from "./support.js";

const lines = [...auditRecords(5)];

describe("fetch", () => {
  const request = (init: RequestInit & { duplex?: "half" } = {}) =>
    new Request("http://x/", {
      method: "POST",
      headers: { authorization: SECRET },
      body: new Uint8Array(gzip(lines)),
      ...init,
    });

  it("does the same with requests of the web's standard", async () => {
    const seen: string[][] = [];
    const { fetch } = createReceiver({
      authorization: SECRET,
      logger: false,
      maxBodyBytes: 10_000,
      onBatch: ({ records }) => void seen.push(records.map(({ text }) => text)),
    });
    const answer = await fetch(request());
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe("");
    expect(seen).toEqual([lines]);
    expect((await fetch(request({ headers: {} }))).status).toBe(401);
    expect((await fetch(new Request("http://x/"))).headers.get("allow")).toBe("POST");
    expect((await fetch(request({ body: new Uint8Array(20_000) }))).status).toBe(413);
    expect((await fetch(request({ body: null }))).status).toBe(204);
    const read = request();
    await read.text();
    expect((await fetch(read)).status).toBe(500);
  });

  it("gives a slow body up", async () => {
    let cancelled = false;
    const { fetch } = createReceiver({
      authorization: SECRET,
      logger: false,
      bodyTimeoutMs: 20,
      onBatch: () => {},
    });
    const body = new ReadableStream({
      cancel() {
        cancelled = true;
      },
    });
    expect((await fetch(request({ body, duplex: "half" }))).status).toBe(500);
    await expect.poll(() => cancelled).toBe(true);
  });
});

describe("behind a body parser", () => {
  it.each([
    ["rawBody", { rawBody: gzip(lines), body: {} }, 204],
    ["a body of bytes", { body: gzip(lines) }, 204],
    ["an object", { body: {} }, 500],
    ["text", { body: lines.join("\n") }, 500],
  ])("%s", async (_, left, status) => {
    const warnings: string[] = [];
    const seen: unknown[] = [];
    const receiver = createReceiver({
      authorization: SECRET,
      onBatch: ({ records }) => void seen.push(...records),
      logger: { warn: (message) => warnings.push(message) },
    });
    const { port, close } = await serve(async (request, response) => {
      for await (const _ of request.iterator({ destroyOnReturn: false }));
      await receiver.handler(Object.assign(request, left), response);
    });
    cleanup(close);
    expect((await post(port, gzip(lines))).status).toBe(status);
    expect(seen).toHaveLength(status === 204 ? 5 : 0);
    if (status === 500) expect(warnings.join()).toMatch(/mount the receiver ahead/);
  });

  it("one that left only a request that was read: 500, never 204", async () => {
    const receiver = createReceiver({ authorization: SECRET, logger: false, onBatch: () => {} });
    const { port, close } = await serve(async (request, response) => {
      for await (const _ of request.iterator({ destroyOnReturn: false }));
      await receiver.handler(request, response);
    });
    cleanup(close);
    expect((await post(port, gzip(lines))).status).toBe(500);
  });
});
