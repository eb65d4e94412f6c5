import { afterEach, describe, expect, it, vi } from "vitest";
import { readSignedRecord, type SignedRecord } from "../../src/records/signed/signed-record.js";
import { toVerifications, type VerifyEngine } from "../../src/signature/engine.js";
import { createVerifier } from "../../src/signature/index.js";
import { usableKeys } from "../../src/signature/jwks.js";
import { packRecords } from "../../src/signature/packed-records.js";
import { auditRecord, auditRecords, createSigner } from "../../src/testing/index.js";

type Wasm = typeof import("../../src/wasm/index.js");

/** Loads the module again, because an engine that was wrong disables the whole process. */
async function fresh(): Promise<Wasm["wasmEngine"]> {
  vi.resetModules();
  return (await import("../../src/wasm/index.js")).wasmEngine;
}

const signer = createSigner("engine");
const other = createSigner("other");
const FORMATS = ["cef", "json", "cps"] as const;
const signedOf = (record: string) => readSignedRecord(record) as SignedRecord;

/** Each record as it is, with one letter changed, with another signature, and without one. */
function variants(): string[] {
  return FORMATS.flatMap((format) => {
    const records = [...auditRecords(40, { format, signer })];
    const foreign = auditRecord({ format, signer: other });
    return [
      ...records,
      ...records.map((record) => record.replace("org_id", "org_ie")),
      foreign,
      auditRecord({ format, signer: undefined }),
    ];
  });
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a verifier with the engine", () => {
  it("gives the verdicts of one without, one by one, in a batch and in threads", async () => {
    const engine = (await fresh())();
    expect(engine).toMatchObject({ isActive: true, reason: undefined });
    const records = variants();
    const keys = { keys: [...signer.jwks.keys] };
    const fast = createVerifier({ keys, engine });
    const slow = createVerifier({ keys });
    const expected = await Promise.all(records.map((record) => slow.verify(record)));
    expect(await Promise.all(records.map((record) => fast.verify(record)))).toEqual(expected);
    for (const workers of [0, 1, 2]) {
      const lines = await collect(fast.verifyAll(records, { workers }));
      expect(lines.map(({ verification }) => verification)).toEqual(expected);
    }
    const bytes = records.map((record) => Buffer.from(record));
    const lines = await collect(fast.verifyAll(bytes, { workers: 0 }));
    expect(lines.map(({ verification }) => verification)).toEqual(expected);
  });

  it("says which key matched, and whether the wrapper of CPS is covered", async () => {
    const engine = (await fresh())();
    const keys = { keys: [...other.jwks.keys, ...signer.jwks.keys] };
    const verifier = createVerifier({ keys, engine });
    const { kid } = signer.jwks.keys[0]!;
    const whole = auditRecord({ format: "cps", signer });
    expect(await verifier.verify(whole)).toEqual({ status: "valid", kid, covers: "wrapper" });
    const bare = auditRecord({ format: "json", signer });
    expect(await verifier.verify(bare)).toEqual({ status: "valid", kid });
    expect(await verifier.verify(`{"event":${bare}}`)).toEqual({ status: "valid", kid, covers: "event" });
  });

  it("asks the runtime for what does not fit its memory, and for keys beyond the eighth", async () => {
    const engine = (await fresh())();
    const huge = auditRecord({ signer, user_agent: "x".repeat(1_100_000) });
    const signers = Array.from({ length: 10 }, (_, i) => createSigner(`key ${i}`));
    const keys = { keys: [...signers.flatMap(({ jwks }) => jwks.keys), ...signer.jwks.keys] };
    const verifier = createVerifier({ keys, engine });
    const texts = [huge, ...signers.map((each) => auditRecord({ signer: each })), auditRecord({ signer })];
    const lines = await collect(verifier.verifyAll(texts, { workers: 0 }));
    expect(lines.map(({ verification }) => verification.status)).toEqual(texts.map(() => "valid"));
    const records = texts.map(signedOf);
    const points = keys.keys.map(({ x }) => Buffer.from(x!, "base64url"));
    const matches = engine.match(packRecords(records), points);
    expect([...matches].filter((match) => match !== 0)).toHaveLength(8);
    expect(matches[0]).toBe(0);
  });

  it("keeps the tables of eight keys, and takes the place of the one not used for longest", async () => {
    const engine = (await fresh())();
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < 12; i++) {
        const each = createSigner(`key ${i}`);
        const records = packRecords([
          signedOf(auditRecord({ signer: each })),
          signedOf(auditRecord({ signer })),
        ]);
        const point = Buffer.from(each.jwks.keys[0]!.x!, "base64url");
        expect([...engine.match(records, [point])]).toEqual([1, 0]);
      }
  });
});

/** An engine that says that every key signed everything. */
function lying(engine: VerifyEngine): VerifyEngine {
  const match: VerifyEngine["match"] = ({ rows }) => new Int32Array(rows.length / 4).fill(1);
  return Object.create(engine, { match: { value: match } });
}

describe("an engine that accepts what it must not", () => {
  it("is disabled for the process once one of its records is verified again, and this is reported", async () => {
    const onInactive = vi.fn();
    const wasmEngine = await fresh();
    const engine = lying(wasmEngine({ onInactive }));
    const verifier = createVerifier({ keys: signer.jwks, engine });
    const forged = auditRecord({ signer: other });
    // One in 1,024: it stays undetected for 40,000 records in one of 10^17 runs.
    for (let n = 0; n < 40_000 && engine.isActive; n++) await verifier.verify(forged);
    expect(engine).toMatchObject({ isActive: false, reason: expect.stringContaining("refuses") });
    expect(onInactive).toHaveBeenCalledExactlyOnceWith(engine.reason);
    expect(await verifier.verify(forged)).toMatchObject({ status: "invalid" });
    const next = wasmEngine({ onInactive });
    expect(next).toMatchObject({ isActive: false, reason: engine.reason });
    expect(onInactive).toHaveBeenCalledTimes(2);
  });

  it("has its answers dropped that come after it was disabled", async () => {
    const engine = (await fresh())({ onInactive: () => {} });
    const [key] = await usableKeys(signer.jwks);
    const records = [signedOf(auditRecord({ signer }))];
    const answer = () => toVerifications(Int32Array.of(1), records, [key!], engine);
    expect(await answer()).toMatchObject([{ status: "valid" }]);
    engine.disable("for a test");
    expect(await answer()).toEqual([undefined]);
  });

  it("cannot make a good record invalid", async () => {
    const engine = (await fresh())();
    const blind = Object.create(engine, {
      match: { value: ({ rows }: { rows: Uint32Array }) => new Int32Array(rows.length / 4) },
    });
    const verifier = createVerifier({ keys: signer.jwks, engine: blind });
    expect(await verifier.verify(auditRecord({ signer }))).toMatchObject({ status: "valid" });
    const lines = await collect(verifier.verifyAll(auditRecords(10, { signer }), { workers: 0 }));
    expect(lines.every(({ verification }) => verification.status === "valid")).toBe(true);
  });
});

describe("where WebAssembly does not work", () => {
  it.each([
    ["cannot be compiled", "Module", "Wasm code generation disallowed by embedder"],
    ["gives wrong answers", "Instance", "a known answer is wrong"],
  ])("because it %s, the runtime verifies, and the engine says why", async (_, name, message) => {
    const wasmEngine = await fresh();
    const real = WebAssembly;
    class Broken extends real.Instance {
      constructor(module: WebAssembly.Module) {
        super(module);
        const exports = { ...(this.exports as Record<string, unknown>), verify() {} };
        Object.defineProperty(this, "exports", { value: exports });
      }
    }
    const refuse = function Module() {
      throw new Error(message);
    };
    vi.stubGlobal("WebAssembly", {
      ...real,
      Module: real.Module,
      Instance: real.Instance,
      [name]: name === "Module" ? refuse : Broken,
    });
    const onInactive = vi.fn();
    const engine = wasmEngine({ onInactive });
    expect(engine).toMatchObject({ isActive: false, reason: expect.stringContaining(message) });
    expect(onInactive).toHaveBeenCalledExactlyOnceWith(engine.reason);
    const verifier = createVerifier({ keys: signer.jwks, engine });
    expect(await verifier.verify(auditRecord({ signer }))).toMatchObject({ status: "valid" });
    const lines = await collect(verifier.verifyAll(auditRecords(300, { signer }), { workers: 1 }));
    expect(lines.every(({ verification }) => verification.status === "valid")).toBe(true);
  });

  it("a process warning says so by default", async () => {
    const wasmEngine = await fresh();
    vi.stubGlobal("WebAssembly", undefined);
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    expect(wasmEngine().isActive).toBe(false);
    expect(warning).toHaveBeenCalledWith(expect.stringContaining("not active"), {
      code: "KONNECT_AUDIT_WASM",
    });
  });
});

it("refuses something else as an engine", () => {
  expect(() => createVerifier({ keys: signer.jwks, engine: {} as VerifyEngine })).toThrow(
    "engine must be an engine",
  );
});
