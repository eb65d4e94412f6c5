import { createHash } from "node:crypto";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { KonnectError, parseAuditRecord } from "../../src/index.js";
import { createReceiver } from "../../src/receiver/index.js";
import { createVerifier } from "../../src/signature/index.js";
import { auditRecord, auditRecords, createSigner } from "../../src/testing/index.js";
import { dial, gzip, SECRET, serve, start } from "./support.js";

const lines = [...auditRecords(5)];
const sha = (text: string | Uint8Array) => createHash("sha256").update(text).digest("hex");
const signer = createSigner("receiver");
const verifier = createVerifier({ keys: signer.jwks });

describe("a good batch", () => {
  it("is answered 204 when onBatch is done with it, not earlier", async () => {
    let finish = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { post, receiver } = await start({ onBatch: () => gate });
    let answered = false;
    const reply = post(gzip(lines)).then((value) => {
      answered = true;
      return value;
    });
    await expect.poll(() => receiver.stats().active).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(answered).toBe(false);
    finish();
    expect(await reply).toMatchObject({ status: 204, body: "" });
    expect(receiver.stats()).toMatchObject({ batches: 1, records: 5, active: 0, answers: { 204: 1 } });
  });

  it("has records with their bytes, their ids, and events that are parsed when they are looked at", async () => {
    const { post, batches } = await start();
    const body = [...lines, "no record", auditRecord({ user_agent: "日本" })];
    await post(gzipSync(`${body.join("\r\n")}\r\n\n`));
    await post(gzipSync(`${body.join("\n")}`));
    const [batch, again] = batches;
    expect(batch?.records.map(({ text }) => text)).toEqual(body);
    expect(batch?.records.map(({ id }) => id)).toEqual(body.map(sha));
    expect(batch?.records[0]?.raw).toBeInstanceOf(Uint8Array);
    expect(batch?.records[0]?.event).toEqual(parseAuditRecord(body[0]!));
    expect(batch?.records[0]?.event).toBe(batch?.records[0]?.event);
    expect(batch?.records[5]).toMatchObject({
      event: undefined,
      error: { code: "record_syntax", reason: "no_record" },
    });
    expect(batch?.id).toBe(sha(body.map(sha).join("")));
    expect(again?.id).toBe(batch?.id);
    expect(batch?.receivedAt).toBeInstanceOf(Date);
    expect(batch?.records[0]?.verification).toBeUndefined();
  });

  it.each([
    ["gzip", "gzip", gzipSync],
    ["gzip under its documented name", "application/gzip", gzipSync],
    ["gzip under an old name", "x-gzip", gzipSync],
    ["gzip without a name", "", gzipSync],
    ["gzip under a wrong name", "br", gzipSync],
    ["nothing", "", (text: string) => Buffer.from(text)],
    ["nothing under the name of gzip", "gzip", (text: string) => Buffer.from(text)],
    ["deflate", "deflate", deflateSync],
    ["deflate without its header", "deflate", deflateRawSync],
    ["several layers", "gzip, gzip", (text: string) => gzipSync(gzipSync(text))],
    [
      "several members",
      "gzip",
      (text: string) => Buffer.concat([gzipSync(text.slice(0, 400)), gzipSync(text.slice(400))]),
    ],
  ])("is taken with %s", async (_, encoding, pack) => {
    const { post, batches } = await start();
    expect((await post(pack(lines.join("\n")), { "content-encoding": encoding })).status).toBe(204);
    expect(batches[0]?.records.map(({ text }) => text)).toEqual(lines);
  });

  it("is empty: 204, and nobody is bothered", async () => {
    const { post, batches, receiver } = await start();
    for (const body of ["", gzipSync(""), "\n \r\n"]) expect((await post(body)).status).toBe(204);
    expect(batches).toEqual([]);
    expect(receiver.stats().answers).toEqual({ 204: 3 });
  });
});

describe("a handler", () => {
  it("that fails has Konnect send the batch again, and nothing of it is told", async () => {
    for (const onBatch of [
      () => {
        throw new Error("disk full at /secret");
      },
      () => Promise.reject(new Error("disk full at /secret")),
    ]) {
      const { post, warnings } = await start({ onBatch });
      const reply = await post(gzip(lines));
      expect(reply).toMatchObject({ status: 500, body: "" });
      expect(JSON.stringify(reply.headers)).not.toContain("secret");
      expect(warnings.join()).toContain("disk full");
    }
  });

  it("that overruns its time: 500, its signal aborted, and its place kept until it ends", async () => {
    let finish = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let signal: AbortSignal | undefined;
    const { post, receiver } = await start({
      maxConcurrent: 1,
      handlerTimeoutMs: 20,
      onBatch: (_, context) => {
        signal = context.signal;
        return gate;
      },
    });
    expect((await post(gzip(lines))).status).toBe(500);
    expect(signal?.aborted).toBe(true);
    expect(receiver.stats()).toMatchObject({ overdue: 1, active: 0, batches: 0 });
    expect(await post(gzip(lines))).toMatchObject({ status: 429, headers: { "retry-after": "5" } });
    finish();
    await expect.poll(() => receiver.stats().overdue).toBe(0);
    expect((await post(gzip(lines))).status).toBe(204);
  });

  it("gets no more batches at once than it may", async () => {
    const gates: (() => void)[] = [];
    const { post, receiver } = await start({
      maxConcurrent: 2,
      onBatch: () => new Promise<void>((resolve) => gates.push(resolve)),
    });
    const first = [post(gzip(lines)), post(gzip(lines))];
    await expect.poll(() => gates.length).toBe(2);
    const refused = await Promise.all([post(gzip(lines)), post(gzip(lines))]);
    expect(refused.map(({ status }) => status)).toEqual([429, 429]);
    for (const open of gates) open();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([204, 204]);
    expect(receiver.stats().answers).toEqual({ 204: 2, 429: 2 });
  });

  it("is drained: what was taken is done, what comes then is told to come again", async () => {
    let finish = () => {};
    const { post, receiver, batches } = await start({
      onBatch: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    });
    const first = post(gzip(lines));
    await expect.poll(() => receiver.stats().active).toBe(1);
    let drained = false;
    const draining = receiver.drain().then(() => {
      drained = true;
    });
    expect((await post(gzip(lines))).status).toBe(429);
    expect(drained).toBe(false);
    await expect.poll(() => String(finish)).not.toBe("() => {}");
    finish();
    await draining;
    expect((await first).status).toBe(204);
    expect(batches).toEqual([]);
  });
});

describe("a body that cannot be read", () => {
  const whole = gzip(lines);
  const flipped = (at: number) => {
    const copy = Buffer.from(whole);
    copy[at < 0 ? copy.length + at : at]! ^= 0x40;
    return copy;
  };
  const second = gzipSync("CEF:0|a|b|c|d|e|1|x=second");
  it.each([
    ["a wrong checksum", flipped(-5), "gzip"],
    ["a wrong length", flipped(-1), "gzip"],
    ["a cut trailer", whole.subarray(0, -3), "gzip"],
    ["a cut middle", whole.subarray(0, 200), "gzip"],
    ["nothing but its header", whole.subarray(0, 10), "gzip"],
    ["garbage behind its end", Buffer.concat([whole, Buffer.from("garbage")]), "gzip"],
    ["a header that names gzip over what is no text", Buffer.from([0x00, 0x01, 0x02]), "gzip"],
    [
      "a header that names what nobody can inflate",
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x80, 0x81]).fill(0x80),
      "zstd",
    ],
    ["too many layers", [1, 2, 3, 4, 5].reduce((body) => gzipSync(body), whole), "gzip"],
    ...Array.from({ length: second.length - 1 }, (_, i) => [
      `a second member cut at ${i + 1}`,
      Buffer.concat([whole, second.subarray(0, i + 1)]),
      "gzip",
    ]),
  ] as [string, Buffer, string][])(
    "for %s is sent again, and rejected with its bytes",
    async (_, body, encoding) => {
      const { post, rejected, batches } = await start();
      expect((await post(body, { "content-encoding": encoding })).status).toBe(500);
      expect(rejected).toEqual([
        expect.objectContaining({ reason: "broken", incomplete: false, problem: expect.any(String) }),
      ]);
      expect(Buffer.from(rejected[0]!.body!).equals(body)).toBe(true);
      expect(batches).toEqual([]);
    },
  );

  it("for it breaks off is no batch", async () => {
    const { port, receiver, batches } = await start();
    const { socket } = await dial(port);
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\nauthorization: ${SECRET}\r\ncontent-length: 1000\r\n\r\n`);
    socket.write(whole.subarray(0, 100));
    await expect.poll(() => receiver.stats().active).toBe(1);
    socket.destroy();
    await expect.poll(() => receiver.stats()).toMatchObject({ active: 0, answers: { 500: 1 } });
    expect(batches).toEqual([]);
  });

  it("for it comes too slowly has its connection closed, and gives its place back", async () => {
    const { port, receiver, batches, post } = await start({ bodyTimeoutMs: 50, maxConcurrent: 1 });
    const { socket, closed } = await dial(port);
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\nauthorization: ${SECRET}\r\ncontent-length: 1000\r\n\r\nx`);
    const drip = setInterval(() => socket.write("x"), 10);
    await closed;
    clearInterval(drip);
    expect(receiver.stats()).toMatchObject({ active: 0, answers: { 500: 1 } });
    expect((await post(whole)).status).toBe(204);
    expect(batches).toHaveLength(1);
  });
});

describe("what is over a limit", () => {
  it.each([
    ["a body", { maxBodyBytes: 100 }, Buffer.from("x".repeat(101)), 100],
    ["what it inflates to", { maxInflatedBytes: 1000 }, gzipSync("x".repeat(1001)), undefined],
    ["a body that is not compressed", { maxInflatedBytes: 1000 }, Buffer.from("x".repeat(1001)), undefined],
    ["a line", { maxLineBytes: 1000 }, gzipSync(`a\n${"x".repeat(1001)}`), undefined],
    ["lines", { maxRecords: 10 }, gzipSync("a\n".repeat(11)), undefined],
    ["empty lines", { maxRecords: 10 }, gzipSync("\n".repeat(11)), undefined],
    ["a bomb", {}, gzipSync(Buffer.alloc(100 * 2 ** 20)), undefined],
    ["a nested bomb", {}, gzipSync(gzipSync(Buffer.alloc(100 * 2 ** 20))), undefined],
    ["millions of empty lines", {}, gzipSync(Buffer.alloc(60 * 2 ** 20, "\n")), undefined],
  ])("is a 413, and rejected as far as it came: %s", async (_, limits, body, kept) => {
    const { post, rejected, batches } = await start(limits);
    expect((await post(body)).status).toBe(413);
    expect(rejected).toEqual([expect.objectContaining({ reason: "too_large", incomplete: true })]);
    expect(rejected[0]?.body).toHaveLength(kept ?? body.length);
    expect(batches).toEqual([]);
  });

  it("is taken at the limit", async () => {
    const { post } = await start({
      maxBodyBytes: 100,
      maxInflatedBytes: 1000,
      maxLineBytes: 500,
      maxRecords: 2,
    });
    expect((await post("x".repeat(100))).status).toBe(204);
    expect((await post(gzipSync(`${"x".repeat(499)}\n${"x".repeat(500)}`))).status).toBe(204);
  });

  it("is sent again when what rejects it fails", async () => {
    const onRejected = () => Promise.reject(new Error("disk"));
    const { post } = await start({ maxBodyBytes: 10, onRejected });
    expect((await post("x".repeat(11))).status).toBe(500);
  });
});

describe("who may deliver", () => {
  it.each(["", "Splunk", "Splunk secret-012345678", "splunk secret-0123456789", `${SECRET} x`, "Bearer x"])(
    "%j is answered 401 before the body is read, without a hint",
    async (authorization) => {
      const { port, receiver, batches } = await start();
      const { socket, closed } = await dial(port);
      const header = authorization === "" ? "" : `authorization: ${authorization}\r\n`;
      socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${header}content-length: 1000000\r\n\r\n`);
      const answer = await new Promise<string>((resolve) =>
        socket.once("data", (chunk) => resolve(String(chunk))),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 401 .*\r\n(.*\r\n)*www-authenticate: Bearer\r\n/);
      expect(answer).not.toMatch(/secret|splunk/i);
      // It is closed soon, whatever still comes.
      socket.write("x".repeat(2_000_000));
      await closed;
      expect(receiver.stats()).toMatchObject({ active: 0, answers: { 401: 1 } });
      expect(batches).toEqual([]);
    },
  );

  it("is one of several during a rotation", async () => {
    const { post } = await start({ authorization: ["old", "new"] });
    for (const authorization of ["old", "new"])
      expect((await post(gzip(lines), { authorization })).status).toBe(204);
    expect((await post(gzip(lines), { authorization: "other" })).status).toBe(401);
  });

  it("is anybody, where that is asked for", async () => {
    const { post } = await start({ authorization: false });
    expect((await post(gzip(lines), { authorization: "" })).status).toBe(204);
  });

  it.each(["GET", "PUT", "HEAD", "DELETE"])("%s is answered 405", async (method) => {
    const { post } = await start();
    expect(await post("", {}, method)).toMatchObject({ status: 405, headers: { allow: "POST" } });
  });
});

describe("records that are not in order", () => {
  const good = auditRecord({ seed: 1, signer });
  const forged = good.replace("org_id=", "org_id=f");
  const unsigned = auditRecord({ seed: 2 });
  const mixed = gzip([good, "garbage", forged, unsigned]);

  it("are flagged, and block none of the good ones", async () => {
    const { post, batches, rejected } = await start({ verifier });
    expect((await post(mixed)).status).toBe(204);
    expect(batches[0]?.records.map(({ verification }) => verification?.status)).toEqual([
      "valid",
      "malformed",
      "invalid",
      "unsigned",
    ]);
    expect(rejected).toEqual([]);
  });

  it("are rejected with requireValid, and the good ones handed on", async () => {
    const { post, batches, rejected, receiver } = await start({ verifier, requireValid: true });
    expect((await post(mixed)).status).toBe(204);
    expect(batches[0]?.records.map(({ text }) => text)).toEqual([good]);
    expect(rejected).toEqual([expect.objectContaining({ reason: "not_valid", incomplete: false })]);
    expect(rejected[0]?.records?.map(({ text }) => text)).toEqual(["garbage", forged, unsigned]);
    expect((await post(gzip([forged]))).status).toBe(204);
    expect(batches).toHaveLength(1);
    expect(receiver.stats()).toMatchObject({ rejected: 2, batches: 1, records: 1 });
  });

  it("are sent again with requireValid while they cannot be verified", async () => {
    const down = createVerifier({ keys: () => Promise.reject(new Error("down")) });
    const { post, batches, rejected } = await start({ verifier: down, requireValid: true });
    expect((await post(gzip([good]))).status).toBe(500);
    expect([...batches, ...rejected]).toEqual([]);
    const lenient = await start({ verifier: down });
    expect((await lenient.post(gzip([good]))).status).toBe(204);
    expect(lenient.batches[0]?.records[0]?.verification).toMatchObject({ status: "unverifiable" });
  });
});

describe("filter", () => {
  it("drops events before verification, counts them, and keeps lines that are no records", async () => {
    const events = [
      auditRecord({ granted: true, signer }),
      auditRecord({ granted: false, signer }),
      auditRecord({ granted: true }),
    ];
    const { post, batches, receiver, rejected } = await start({
      verifier,
      requireValid: true,
      filter: (event) => event.type !== "authorization" || event.granted !== true,
    });
    await post(gzip([...events, "garbage"]));
    expect(batches[0]?.records.map(({ text }) => text)).toEqual([events[1]]);
    expect(rejected[0]?.records?.map(({ text }) => text)).toEqual(["garbage"]);
    expect(receiver.stats().filtered).toBe(2);
    await post(gzip([events[0]!]));
    expect(batches).toHaveLength(1);
  });
});

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
    const { fetch } = createReceiver({ authorization: SECRET, bodyTimeoutMs: 20, onBatch: () => {} });
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
    const { port } = await serve(async (request, response) => {
      for await (const _ of request.iterator({ destroyOnReturn: false }));
      await receiver.handler(Object.assign(request, left), response);
    });
    const { post } = await import("./support.js");
    expect((await post(port, gzip(lines))).status).toBe(status);
    expect(seen).toHaveLength(status === 204 ? 5 : 0);
    if (status === 500) expect(warnings.join()).toMatch(/mount the receiver ahead/);
  });

  it("one that left nothing but a request that is read: 500, never 204", async () => {
    const receiver = createReceiver({ authorization: SECRET, onBatch: () => {} });
    const { port } = await serve(async (request, response) => {
      for await (const _ of request.iterator({ destroyOnReturn: false }));
      await receiver.handler(request, response);
    });
    const { post } = await import("./support.js");
    expect((await post(port, gzip(lines))).status).toBe(500);
  });
});

describe("options", () => {
  const onBatch = () => {};
  it.each([
    [undefined, /options/],
    [{ onBatch }, /authorization/],
    [{ onBatch, authorization: "" }, /authorization/],
    [{ onBatch, authorization: [] }, /authorization/],
    [{ onBatch, authorization: ["a", ""] }, /authorization/],
    [{ onBatch, authorization: true }, /authorization/],
    [{ authorization: "x" }, /onBatch/],
    [{ onBatch, authorization: "x", filter: 1 }, /filter/],
    [{ onBatch, authorization: "x", maxRecords: 0 }, /maxRecords/],
    [{ onBatch, authorization: "x", maxRecords: 1.5 }, /maxRecords/],
    [{ onBatch, authorization: "x", requireValid: true }, /verifier/],
    [{ onBatch, authorization: "x", verifier: {} }, /verifier/],
    [{ onBatch, authorization: "x", maxBodySize: 1 }, /maxBodySize/],
  ])("%j are refused by name", (options, problem) => {
    try {
      createReceiver(options as never);
    } catch (error) {
      expect(error).toBeInstanceOf(KonnectError);
      expect(error).toMatchObject({ code: "invalid_options", message: expect.stringMatching(problem) });
      return;
    }
    expect.unreachable();
  });
});
