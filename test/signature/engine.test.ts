import { afterEach, describe, expect, it, vi } from "vitest";
import type { SignedRecord } from "../../src/records/signed/signed-record.js";
import { type Match, matchRecords, toVerifications, type VerifyEngine } from "../../src/signature/engine.js";
import type { VerifyingKey } from "../../src/signature/jwks.js";

afterEach(() => void vi.restoreAllMocks());

/** An engine that gives these matches, and whose `disable` works. */
function engineOf(matches: number[]) {
  const match = vi.fn<Match>(() => Int32Array.from(matches));
  const engine: VerifyEngine & { isActive: boolean } = {
    isActive: true,
    reason: undefined,
    match,
    thread: { source: "", module: undefined },
    disable: () => {
      engine.isActive = false;
    },
  };
  return { engine, match };
}

const signature = new Uint8Array(64);
const plain: SignedRecord = { signature, payload: "plain", isCps: false, unwrappedPayload: undefined };
const wrapped: SignedRecord = { signature, payload: "wrapper", isCps: true, unwrappedPayload: "event" };

/** Keys that keep what they verify. */
function keysOf(verdict: (payload: string) => boolean) {
  const verified: string[] = [];
  const key = (kid: string): VerifyingKey => ({
    kid,
    x: kid,
    point: new Uint8Array(32).fill(kid.charCodeAt(0)),
    verify: (payload) => {
      const text = `${kid} ${new TextDecoder().decode(payload)}`;
      verified.push(text);
      return verdict(text);
    },
  });
  return { keys: [key("a"), key("b")], verified };
}

/** Makes the random number of each record `value`; one that 1,024 divides is verified again. */
const random = (value: number) =>
  vi
    .spyOn(crypto, "getRandomValues")
    .mockImplementation((array) => (array as Uint16Array).fill(value) as never);

const records = [plain, wrapped, wrapped, plain];
const matches = [1, 2, -1, 0];
const VALID = [
  { status: "valid", kid: "a" },
  { status: "valid", kid: "b", covers: "wrapper" },
  { status: "valid", kid: "a", covers: "event" },
  undefined,
];

describe("matchRecords", () => {
  it("turns matches into verifications, and leaves the other records undecided", async () => {
    random(1);
    const { engine, match } = engineOf(matches);
    const { keys, verified } = keysOf(() => true);
    expect(await matchRecords(engine, records, keys)).toEqual(VALID);
    expect(match.mock.calls[0]![1]).toEqual([keys[0]!.point, keys[1]!.point]);
    expect(verified).toEqual([]);
  });

  it("does not ask an engine that is not active, or without keys or records", async () => {
    const { engine, match } = engineOf(matches);
    const { keys } = keysOf(() => true);
    expect(await matchRecords(engine, records, [])).toEqual(records.map(() => undefined));
    expect(await matchRecords(engine, [], keys)).toEqual([]);
    engine.isActive = false;
    expect(await matchRecords(engine, records, keys)).toEqual(records.map(() => undefined));
    expect(match).not.toHaveBeenCalled();
  });

  it.each([0, 1_024, 64_512])(
    "verifies what is chosen at random (%i) again, with the key and the payload that matched",
    async (number) => {
      random(number);
      const { engine } = engineOf(matches);
      const { keys, verified } = keysOf(() => true);
      expect(await matchRecords(engine, records, keys)).toEqual(VALID);
      expect(verified).toEqual(["a plain", "b wrapper", "a event"]);
    },
  );

  it.each([1, 1_023, 1_025, 65_535])("does not verify the others (%i) again", async (number) => {
    random(number);
    const { keys, verified } = keysOf(() => false);
    expect(await matchRecords(engineOf(matches).engine, records, keys)).toEqual(VALID);
    expect(verified).toEqual([]);
  });

  it("disables an engine that accepted what the runtime refuses, and trusts none of the batch", async () => {
    random(0);
    const { engine } = engineOf(matches);
    const { keys } = keysOf((text) => text !== "a event");
    expect(await matchRecords(engine, records, keys)).toEqual(records.map(() => undefined));
    expect(engine.isActive).toBe(false);
  });
});

describe("toVerifications", () => {
  it("trusts threads that verify without an engine", async () => {
    random(0);
    const { keys, verified } = keysOf(() => false);
    expect(await toVerifications(Int32Array.from(matches), records, keys, undefined)).toEqual(VALID);
    expect(verified).toEqual([]);
  });

  it("trusts nothing of an engine that was disabled meanwhile", async () => {
    const { engine } = engineOf(matches);
    engine.isActive = false;
    const { keys } = keysOf(() => true);
    expect(await toVerifications(Int32Array.from(matches), records, keys, engine)).toEqual(
      records.map(() => undefined),
    );
  });
});
