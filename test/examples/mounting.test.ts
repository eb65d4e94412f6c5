import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { auditRecord } from "../../src/testing/index.js";
import { post } from "../receiver/support.js";
import { cleanup } from "../support/cleanup.js";
import { serve } from "../support/loopback.js";

const AUTHORIZATION = "Bearer change-me";
const line = auditRecord();
const body = gzipSync(line);
let told: string[] = [];
beforeEach(() => {
  told = [];
  vi.spyOn(console, "log").mockImplementation((...words) => void told.push(words.join(" ")));
});
afterEach(() => void vi.restoreAllMocks());

async function listen(listener: RequestListener): Promise<number> {
  const { port, close } = await serve(listener);
  cleanup(close);
  return port;
}

async function delivers(port: number): Promise<void> {
  for (const encoding of ["application/gzip", "gzip"]) {
    const headers = { authorization: AUTHORIZATION, "content-encoding": encoding };
    const send = (path: string, more: Record<string, string> = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers: { ...headers, "content-type": "text/plain", ...more },
        body: new Uint8Array(body),
      });
    expect((await send("/logs")).status).toBe(204);
    expect((await send("/logs", { authorization: "x" })).status).toBe(401);
  }
  expect(told.filter((text) => text.includes("Authz."))).toHaveLength(2);
}

describe("the receiver is mounted in", () => {
  it("Express", async () => {
    const { app } = await import("../../examples/express.js");
    await delivers(await listen(app as unknown as RequestListener));
  });

  it("Fastify", async () => {
    const { app } = await import("../../examples/fastify.js");
    await app.listen({ port: 0, host: "127.0.0.1" });
    await delivers((app.server.address() as AddressInfo).port);
    await app.close();
  });

  it("Hono", async () => {
    const { app } = await import("../../examples/hono.js");
    await delivers(await listen(getRequestListener(app.fetch)));
  });

  it("AWS Lambda, by function URLs and API Gateway", async () => {
    const { handler } = await import("../../examples/aws-lambda.js");
    const headers = { authorization: AUTHORIZATION, "content-encoding": "application/gzip" };
    const whole = { headers, body: body.toString("base64"), isBase64Encoded: true };
    expect(await handler({ ...whole, requestContext: { http: { method: "POST" } } })).toMatchObject({
      statusCode: 204,
    });
    expect(await handler({ ...whole, httpMethod: "POST" })).toMatchObject({ statusCode: 204 });
    expect(
      await handler({ headers: { authorization: AUTHORIZATION }, body: line, httpMethod: "POST" }),
    ).toMatchObject({
      statusCode: 204,
    });
    expect(await handler({ ...whole, headers: {}, httpMethod: "POST" })).toMatchObject({
      statusCode: 401,
      headers: { "www-authenticate": "Bearer" },
    });
    expect(await handler({ headers, body: null, httpMethod: "GET" })).toMatchObject({ statusCode: 405 });
    expect(told.filter((text) => text.includes("Authz."))).toHaveLength(3);
  });

  it("Azure Functions", async () => {
    const { handler } = await import("../../examples/azure-function.js");
    const request = (headers: Record<string, string>) =>
      new Request("https://x/", { method: "POST", headers, body: new Uint8Array(body) });
    expect(await handler(request({ authorization: AUTHORIZATION }))).toMatchObject({ status: 204 });
    expect(await handler(request({}))).toMatchObject({ status: 401 });
    expect(told.filter((text) => text.includes("Authz."))).toHaveLength(1);
  });
});

it("Express with a body parser before the receiver gets a warning, and Konnect retries", async () => {
  const { receiver } = await import("../../examples/my-receiver.js");
  const app = express();
  app.use(express.text());
  app.use(receiver.handler);
  const headers = { authorization: AUTHORIZATION, "content-encoding": "" };
  expect((await post(await listen(app as unknown as RequestListener), line, headers)).status).toBe(500);
  expect(told).toEqual([]);
});
