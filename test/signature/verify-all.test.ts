import { afterEach, describe, expect, it, vi } from "vitest";
import { createVerifier, type Verification } from "../../src/signature/index.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";

const FORMATS = ["cef", "json", "cps"] as const;
const signer = createSigner("verify");
const keys = signer.jwks;
const verifier = createVerifier({ keys });

afterEach(() => {
  vi.restoreAllMocks();
});

describe("verifyAll", () => {
  it("gives each record and its verification, in order, on threads and without", async () => {
    const lines = Array.from({ length: 700 }, (_, i) => {
      const format = FORMATS[i % 3]!;
      if (i % 50 === 7) return auditRecord({ seed: i, format, signer: createSigner("forger") });
      if (i % 50 === 9) return auditRecord({ seed: i, format });
      if (i % 50 === 11) return `garbage ${i}`;
      if (i % 50 === 12) return `{"event":${auditRecord({ seed: i, format: "json", signer })}}`;
      return auditRecord({ seed: i, format, signer });
    });
    const alone = await Promise.all(lines.map((line) => verifier.verify(line)));
    for (const options of [
      { workers: 2 },
      { workers: 0 },
      {},
      { concurrency: 1 },
      { concurrency: 300, workers: 1 },
    ]) {
      const seen: string[] = [];
      const verifications: Verification[] = [];
      for await (const { record, verification } of verifier.verifyAll(lines, options)) {
        seen.push(record);
        verifications.push(verification);
      }
      expect(seen).toEqual(lines);
      expect(verifications).toEqual(alone);
    }
  });

  it.each([
    ["512 records, if given so", { concurrency: 512 }, 512],
    ["512 records by default without threads", { workers: 0 }, 512],
    ["512 records for each thread by default", { workers: 3 }, 1_536],
  ])("holds %s, however long the source", async (_, options, most) => {
    let taken = 0;
    const line = auditRecord({ signer });
    function* endless() {
      for (;;) {
        taken++;
        yield line;
      }
    }
    let given = 0;
    let held = 0;
    for await (const { verification } of verifier.verifyAll(endless(), options)) {
      expect(verification.status).toBe("valid");
      if (++given === 2000) break;
      held = Math.max(held, taken - given);
    }
    // A batch more, which is being given out.
    expect(held).toBeGreaterThan(most - 128);
    expect(held).toBeLessThanOrEqual(most + 128);
  });

  it("ends when it is aborted, and hands on what its source throws", async () => {
    const line = auditRecord({ signer });
    const controller = new AbortController();
    const walk = async (records: Iterable<string>, signal?: AbortSignal) => {
      for await (const _ of verifier.verifyAll(records, signal === undefined ? {} : { signal }))
        controller.abort(new Error("enough"));
    };
    await expect(
      walk(
        Array.from({ length: 5000 }, () => line),
        controller.signal,
      ),
    ).rejects.toMatchObject({ name: "KonnectError", code: "aborted", cause: new Error("enough") });
    function* broken() {
      yield line;
      throw new Error("disk");
    }
    await expect(walk(broken())).rejects.toThrow("disk");
  });

  it("lets its keys age as verify does: one that Konnect removed stops counting", async () => {
    const clock = { now: 0, fetches: 0 };
    const old = createSigner("old");
    const current = createSigner("current");
    let served = old.jwks;
    const verifier = createVerifier({
      now: () => clock.now,
      keys: () => {
        clock.fetches++;
        return served;
      },
    });
    function* records() {
      for (let i = 0; i < 2048; i++) {
        if (i === 512) {
          served = current.jwks;
          clock.now += 3 * 86_400_000;
        }
        yield auditRecord({ seed: i, signer: i % 2 === 0 ? old : current });
      }
    }
    for (const options of [{ workers: 1 }, { workers: 0 }]) {
      served = old.jwks;
      clock.now += 86_400_000;
      clock.fetches = 0;
      const statuses: string[] = [];
      for await (const { verification } of verifier.verifyAll(records(), { ...options, concurrency: 128 }))
        statuses.push(verification.status);
      // Of the records before the rotation, those of the new key have no key yet.
      expect(statuses[0]).toBe("valid");
      const late = statuses.slice(768);
      expect(late.filter((_, i) => i % 2 === 0)).not.toContain("valid");
      expect(new Set(late.filter((_, i) => i % 2 === 1))).toEqual(new Set(["valid"]));
      expect(clock.fetches).toBeGreaterThan(1);
    }
  });

  it("keeps your items, in order, and reads their records with bytes", async () => {
    const items = Array.from({ length: 600 }, (_, i) => ({ i, text: auditRecord({ seed: i, signer }) }));
    const rows = items.map((item) =>
      item.i % 3 === 0 ? { ...item, text: item.text.replace("sig=", "sig=x") } : item,
    );
    let at = 0;
    for await (const { record, verification } of verifier.verifyAll(rows, {
      bytes: ({ text }) => Buffer.from(text),
    })) {
      expect(record).toBe(rows[at]);
      expect(verification.status).toBe(at++ % 3 === 0 ? "malformed" : "valid");
    }
    expect(at).toBe(600);
  });

  it("judges an item without text or bytes as malformed", async () => {
    const rows = [{ text: undefined as unknown as string }, { text: auditRecord({ signer }) }];
    const statuses: string[] = [];
    for await (const { verification } of verifier.verifyAll(rows, { bytes: ({ text }) => text }))
      statuses.push(verification.status);
    expect(statuses).toEqual(["malformed", "valid"]);
  });

  it("refuses anything but many records, and invalid options", async () => {
    const line = auditRecord({ signer });
    const first = (records: unknown, options?: unknown) =>
      verifier.verifyAll(records as string[], options as never).next();
    for (const records of ["", line, new TextEncoder().encode(line), 7, null, undefined, {}, { length: 1 }])
      await expect(first(records)).rejects.toMatchObject({ code: "invalid_input" });
    await expect(first(line)).rejects.toThrow(/array/);
    for (const number of [Number.NaN, 0, -1, 1.5, Number.POSITIVE_INFINITY, "8"])
      await expect(first([line], { concurrency: number })).rejects.toMatchObject({ code: "invalid_options" });
    for (const number of [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, "8"])
      await expect(first([line], { workers: number })).rejects.toMatchObject({ code: "invalid_options" });
    await expect(first([line], { signal: {} })).rejects.toMatchObject({ code: "invalid_options" });
    expect((await first([line], { workers: undefined, concurrency: undefined })).value).toMatchObject({
      record: line,
    });
  });
});
