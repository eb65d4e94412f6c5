import { describe, expect, it } from "vitest";
import { KonnectError } from "../../src/index.js";
import { createReceiver } from "../../src/receiver/index.js";
import { createVerifier } from "../../src/signature/index.js";
import { auditRecord, auditRecords, createSigner } from "../../src/testing/index.js";
import { dial, gzip, SECRET, start } from "./support.js";

const lines = [...auditRecords(5)];
const signer = createSigner("receiver");
const verifier = createVerifier({ keys: signer.jwks });

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
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
      expect(answer).not.toMatch(/secret|splunk|bearer|authenticate/i);
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

  it("is anybody with authorization: false", async () => {
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

  it("are flagged, and do not block the good ones", async () => {
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
    expect(rejected).toEqual([expect.objectContaining({ reason: "not_valid", truncated: false })]);
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
  it("drops events before verification, counts them, and keeps lines that are not records", async () => {
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
