import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import nock from "nock";
import { describe, expect, it, vi } from "vitest";
import { KonnectClient } from "../../../src/index.js";
import { rejection } from "../../support/konnect.js";
import { start } from "./support.js";

it("leaves the machine for no address but loopback", async () => {
  const outside = nock("https://siem.example.com").post("/").reply(200);
  try {
    const { listener, konnect, enable } = await start();
    const input = {
      name: "x",
      endpoint: "https://siem.example.com/",
      authorization: "x",
      log_format: "cef",
    } as const;
    await konnect.enableWebhook((await konnect.createDestination(input)).id);
    await konnect.listControlPlanes();
    // Batches go one after the other: when one of these arrives, that one is done with.
    await enable();
    await konnect.listControlPlanes();
    await listener.batches(1);
    expect(outside.isDone()).toBe(false);
  } finally {
    nock.cleanAll();
    nock.restore();
  }
});

describe("the API", () => {
  it("lists destinations by cursor, and answers no authorization", async () => {
    const { konnect } = await start();
    const ids: string[] = [];
    for (const name of ["a", "b", "ab"]) {
      const destination = await konnect.createDestination({
        name,
        endpoint: "https://siem.example.com",
        authorization: "x",
        log_format: "json",
      });
      expect(destination).not.toHaveProperty("authorization");
      ids.push(destination.id);
    }
    const list = async (query: object) =>
      (await konnect.api.GET("/v2/audit-log-destinations", { params: { query } })).data!;
    const first = await list({ "page[size]": 2 });
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const cursor = new URL(first.meta.next!, "https://x").searchParams.get("page[after]");
    const second = await list({ "page[size]": 2, "page[after]": cursor });
    expect(second.data.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(second.meta.next).toBeNull();
    const back = new URL(second.meta.previous!, "https://x").searchParams.get("page[before]");
    expect((await list({ "page[size]": 2, "page[before]": back })).data).toEqual(first.data);
    expect((await list({ filter: { name: "a" } })).data.map(({ name }) => name)).toEqual(["a"]);
    expect((await list({ filter: { name: { eq: "b" } } })).data.map(({ name }) => name)).toEqual(["b"]);
    expect((await list({ filter: { name: { contains: "a" } } })).data.map(({ name }) => name)).toEqual([
      "a",
      "ab",
    ]);
    expect(await rejection(list({ "page[after]": "x" }))).toMatchObject({ status: 400 });
  });

  it("lists control planes by page, filter, label and order", async () => {
    const names = Array.from({ length: 25 }, (_, i) => `plane-${String(i).padStart(2, "0")}`);
    const { konnect } = await start({ controlPlanes: names });
    const seen: string[] = [];
    for await (const { name } of konnect.listControlPlanes()) seen.push(name);
    expect(seen).toEqual(names);
    const list = async (query: object) =>
      (await konnect.listControlPlanes(query)).data.map(({ name }) => name);
    expect(await list({ "page[size]": 2, sort: "name desc" })).toEqual(["plane-24", "plane-23"]);
    expect(await list({ filter: { name: { contains: "-2" } } })).toEqual(names.slice(20));
    expect(await list({ filter: { name: { oeq: "plane-01,plane-03" } } })).toEqual(["plane-01", "plane-03"]);
    expect(
      await list({ "page[size]": 30, filter: { name: { neq: "plane-00" }, cloud_gateway: false } }),
    ).toHaveLength(24);
    expect(await list({ labels: "env:prod" })).toEqual([]);
    expect(
      await rejection(konnect.listControlPlanes({ filter: { name: { like: "x" } } } as never)),
    ).toMatchObject({ status: 400 });
  });

  it("answers problems as Konnect does", async () => {
    const { server, konnect } = await start();
    const unknown = rejection(konnect.enableWebhook("7f9fd312-a987-4628-b4c5-bb4f4fddd5f7"));
    expect(await unknown).toMatchObject({
      status: 400,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      invalidParameters: [{ field: "audit_log_destination_id", source: "body" }],
    });
    expect(await rejection(konnect.api.GET("/v2/nothing" as never, {} as never))).toMatchObject({
      status: 404,
    });
    const send = (body: string) =>
      fetch(`${server.url}/v2/audit-log-destinations`, {
        method: "POST",
        body,
        headers: { authorization: `Bearer ${server.token}` },
      });
    const wrong = await send(
      '{"name":"","endpoint":"http://siem.example.com","authorization":"a\\nb","log_format":"xml"}',
    );
    expect(wrong.headers.get("content-type")).toBe("application/problem+json");
    expect(
      ((await wrong.json()) as { invalid_parameters: { field: string }[] }).invalid_parameters.map(
        ({ field }) => field,
      ),
    ).toEqual(["name", "authorization", "endpoint", "log_format"]);
    expect((await send("{")).status).toBe(400);
    expect((await send("[]")).status).toBe(400);
    expect((await send(`"${"x".repeat(2 ** 24)}"`)).status).toBe(400);
  });

  it("two run at once, independently", async () => {
    const [a, b] = [await start(), await start()];
    await a.enable();
    expect(
      await rejection(
        new KonnectClient({ baseUrl: b.server.url, token: a.server.token }).listControlPlanes(),
      ),
    ).toMatchObject({ status: 401 });
    expect((await b.konnect.api.GET("/v2/audit-log-destinations")).data?.data).toEqual([]);
    expect(await a.konnect.getSigningKeys()).not.toEqual(await b.konnect.getSigningKeys());
  });
});

describe("close", () => {
  it("ends connections, deliveries under way and waits, and can be called twice", async () => {
    const { server, listener, konnect, enable } = await start({ timeScale: 1, statuses: [500] });
    await enable();
    await konnect.listControlPlanes();
    await listener.batches(1);
    await Promise.all([server.close(), server.close()]);
    expect(listener.arrivals).toHaveLength(1);
    expect(await rejection(konnect.listControlPlanes({}, { retry: false }))).toMatchObject({
      code: "connection",
    });
  });

  it("does not wait for slow clients, and keeps no connection to a receiver", async () => {
    const { server, listener, konnect, enable } = await start();
    await enable();
    await konnect.listControlPlanes();
    await listener.batches(1);
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.on("error", () => {});
    await new Promise<void>((resolve) => {
      socket.write("POST /v2/audit-log-destinations HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{", () =>
        resolve(),
      );
    });
    await server.close();
    await vi.waitFor(async () => expect(await listener.connections()).toBe(0), {
      timeout: 120_000,
    });
    socket.destroy();
  });

  it("lets the process end", async () => {
    const script = `
      import { startKonnect } from "./src/testing/index.ts";
      import { KonnectClient } from "./src/index.ts";
      const server = await startKonnect();
      const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
      const { id } = await konnect.createDestination({ name: "x", endpoint: server.url + "/x", authorization: "x", log_format: "cef" });
      await konnect.enableWebhook(id);
      await konnect.listControlPlanes();
      await server.close();
      console.log("closed");
    `;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "-e", script],
      {
        encoding: "utf8",
        timeout: 20_000,
      },
    );
    expect({ stdout, stderr, status }).toEqual({ stdout: "closed\n", stderr: "", status: 0 });
  });
});
