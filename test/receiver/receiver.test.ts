import { createHash } from "node:crypto";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parseAuditRecord } from "../../src/index.js";
import { auditRecord, auditRecords } from "../../src/testing/index.js";
import { gzip, start } from "./support.js";

const lines = [...auditRecords(5)];
const sha = (text: string | Uint8Array) => createHash("sha256").update(text).digest("hex");

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
    expect(batch?.records[0]?.bytes).toBeInstanceOf(Uint8Array);
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

  it("is empty: 204, without a call of onBatch", async () => {
    const { post, batches, receiver } = await start();
    for (const body of ["", gzipSync(""), "\n \r\n"]) expect((await post(body)).status).toBe(204);
    expect(batches).toEqual([]);
    expect(receiver.stats().answers).toEqual({ 204: 3 });
  });
});

describe("a handler", () => {
  it("that fails makes Konnect retry the batch, and its error is not in the response", async () => {
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
      handlerTimeoutMs: 1_000,
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

  it("is drained: it finishes batches in progress, and answers 429 to new ones", async () => {
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
