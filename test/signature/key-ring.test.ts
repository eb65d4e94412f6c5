import { describe, expect, it } from "vitest";
import {
  createVerifier,
  type FetchedKeys,
  signingKeysUrl,
  type VerifierOptions,
} from "../../src/signature/index.js";
import { auditRecord, createSigner } from "../../src/testing/index.js";
import { rejection } from "../support/konnect.js";

const eu = createSigner("eu");
const us = createSigner("us");
const [ofEu, ofUs, forged] = [eu, us, createSigner("forger")].map((signer) => auditRecord({ signer }));

/** A fetch that serves key sets by URL, or fails; and the clock of a verifier. */
function served(first: Record<string, unknown>, options: Partial<VerifierOptions> = {}) {
  const state = { sets: first, time: 0, asked: [] as string[], headers: [] as unknown[] };
  const verifier = createVerifier({
    keys: Object.keys(first),
    now: () => state.time,
    fetch: async (url, init) => {
      state.asked.push(url);
      state.headers.push(init.headers);
      const set = state.sets[url];
      if (typeof set === "number") return new Response(null, { status: set });
      return new Response(typeof set === "string" ? set : JSON.stringify(set));
    },
    ...options,
  });
  const statusOf = async (record: string | undefined) => {
    const { status, reason } = await verifier.verify(record!);
    return reason ?? status;
  };
  return { state, verifier, statusOf };
}
const [A, B] = ["https://a.test/keys", "https://b.test/keys"];

describe("the keys of a verifier", () => {
  it("can be those of a region", async () => {
    const { state, statusOf } = served({ [signingKeysUrl("eu")]: eu.jwks }, { keys: { region: "eu" } });
    expect(await statusOf(ofEu)).toBe("valid");
    expect(state.asked).toEqual(["https://eu.api.konghq.com/v2/audit-log-webhook/jwks.json"]);
  });

  it("can be an array of regions, URLs, key sets and functions", async () => {
    const { state, statusOf } = served({ [A]: us.jwks }, { keys: [eu.jwks, new URL(A)] });
    expect([await statusOf(ofEu), await statusOf(ofUs)]).toEqual(["valid", "valid"]);
    expect(await statusOf(forged)).toBe("keys_may_be_stale");
    state.time += 30_000;
    expect(await statusOf(forged)).toBe("no_key_matched");
  });

  it("of one set that cannot be read do not take the others down", async () => {
    const { state, statusOf, verifier } = served({ [A]: eu.jwks, [B]: 503 });
    expect(await statusOf(ofEu)).toBe("valid");
    expect(await statusOf(ofUs)).toBe("keys_unavailable");
    expect(await verifier.verify(ofUs!)).toHaveProperty("cause.code", "api");
    expect(await verifier.verify(ofUs!)).toHaveProperty("cause.status", 503);
    state.sets = { [A]: eu.jwks, [B]: us.jwks };
    expect(await statusOf(ofUs)).toBe("keys_unavailable");
    state.time += 30_000;
    expect(await statusOf(ofUs)).toBe("valid");
    state.time += 30_000;
    expect(await statusOf(forged)).toBe("no_key_matched");
  });

  it("are at most 64 of a set: more of them count as a set that cannot be read", async () => {
    const keys = Array.from({ length: 65 }, (_, i) => createSigner(`many ${i}`).jwks.keys[0]!);
    const whole = served({ [A]: { keys: keys.slice(0, 64) } });
    expect(await whole.statusOf(forged)).toBe("no_key_matched");
    for (const options of [{}, { keys: { keys } }]) {
      const { statusOf, verifier } = served({ [A]: { keys } }, options);
      expect(await statusOf(auditRecord({ signer: createSigner("many 3") }))).toBe("keys_unavailable");
      expect(await verifier.verify(forged!)).toHaveProperty(
        "cause.message",
        expect.stringMatching(/more than 64/),
      );
    }
  });

  it("are fetched with the given headers, and go stale after the given times", async () => {
    const { state, statusOf } = served(
      { [A]: eu.jwks },
      { headers: { "x-team": "audit" }, maxAgeMs: 1_000, staleMs: 5_000 },
    );
    expect(await statusOf(ofEu)).toBe("valid");
    expect(state.headers).toEqual([{ "x-team": "audit" }]);
    state.time += 999;
    await statusOf(ofEu);
    expect(state.asked).toHaveLength(1);
    state.sets = { [A]: 500 };
    state.time += 1;
    expect(await statusOf(ofEu)).toBe("valid");
    expect(state.asked).toHaveLength(2);
    state.time = 5_000;
    expect(await statusOf(ofEu)).toBe("keys_unavailable");
  });

  it("can be reloaded at once, and stay in use if that fails", async () => {
    const { state, statusOf, verifier } = served({ [A]: eu.jwks, [B]: us.jwks });
    await statusOf(ofEu);
    state.sets = { [A]: us.jwks, [B]: us.jwks };
    await verifier.reload();
    expect(await statusOf(ofEu)).toBe("keys_may_be_stale");
    expect(await statusOf(ofUs)).toBe("valid");
    state.sets = { [A]: eu.jwks, [B]: 503 };
    expect(await rejection(verifier.reload())).toMatchObject({ code: "api", status: 503 });
    expect(await statusOf(ofEu)).toBe("valid");
    expect(await statusOf(ofUs)).toBe("valid");
    await createVerifier({ keys: eu.jwks }).reload();
  });

  it("are handed over, each distinct set once, as it was served, before they are used", async () => {
    const given: FetchedKeys[] = [];
    const text = ` ${JSON.stringify(eu.jwks)}\n`;
    const { state, statusOf } = served({ [A]: text }, { onKeys: (fetched) => void given.push(fetched) });
    await statusOf(ofEu);
    state.time += 600_000;
    await statusOf(ofEu);
    expect(given).toHaveLength(1);
    expect(given[0]).toMatchObject({ from: A, keySet: eu.jwks });
    expect(Buffer.from(given[0]!.bytes).toString()).toBe(text);
    state.sets = { [A]: us.jwks };
    state.time += 600_000;
    expect(await statusOf(ofUs)).toBe("valid");
    expect(given.map(({ keySet }) => keySet)).toEqual([eu.jwks, us.jwks]);
  });

  it("are not used if they cannot be handed over, and are handed over again", async () => {
    let isFull = true;
    const { state, statusOf, verifier } = served(
      { [A]: eu.jwks },
      {
        onKeys: async () => {
          if (isFull) throw new Error("disk full");
        },
      },
    );
    expect(await statusOf(ofEu)).toBe("keys_unavailable");
    expect(await verifier.verify(ofEu!)).toHaveProperty("cause.message", "disk full");
    isFull = false;
    state.time += 30_000;
    expect(await statusOf(ofEu)).toBe("valid");
  });

  it("of a function are handed over as the JSON of what it returned", async () => {
    const given: FetchedKeys[] = [];
    const verifier = createVerifier({ keys: () => eu.jwks, onKeys: (fetched) => void given.push(fetched) });
    await verifier.verify(ofEu!);
    expect(given).toEqual([
      { bytes: new TextEncoder().encode(JSON.stringify(eu.jwks)), keySet: eu.jwks, from: undefined },
    ]);
  });

  it("give other work a turn between many candidates", async () => {
    const keys = Array.from({ length: 64 }, (_, i) => createSigner(`turn ${i}`).jwks.keys[0]!);
    const verifier = createVerifier({ keys: { keys } });
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    expect((await verifier.verify(forged!)).status).toBe("invalid");
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it.each([
    [{ keys: [] }, /must not be empty/],
    [{ keys: { region: "EU" } }, /keys\.region must be/],
    [{ keys: { region: "a.b" } }, /keys\.region must be/],
    [{ keys: { region: 7 } }, /keys\.region must be/],
    [{ keys: [eu.jwks, "http://example.com/"] }, /https/],
    [{ keys: [eu.jwks, null] }, /keys must be/],
    [{ keys: eu.jwks, maxAge: 5 }, /unknown option maxAge/],
    [{ keys: eu.jwks, maxAgeMs: 0 }, /maxAgeMs must be/],
    [{ keys: eu.jwks, timeoutMs: 2 ** 31 }, /timeoutMs must be/],
    [{ keys: eu.jwks, staleMs: 1.5 }, /staleMs must be/],
    [{ keys: eu.jwks, fetch: {} }, /fetch must be a function/],
    [{ keys: eu.jwks, onKeys: 1 }, /onKeys must be a function/],
    [{ keys: eu.jwks, headers: { "a b": "c" } }, /headers must be/],
  ])("refuse the options %j", (options, problem) => {
    expect(() => createVerifier(options as never)).toThrow(problem);
  });
});
