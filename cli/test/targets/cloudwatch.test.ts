import { auditRecord } from "konnect-audit-logs/testing";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { send } from "../../src/commands/forward/send.js";
import { targets } from "../../src/targets/index.js";
import { type Answer, http, itemsOf, limits, startTarget } from "../support/targets.js";

beforeEach(() => {
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  vi.stubEnv("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true");
  return () => vi.unstubAllEnvs();
});

const HOUR = 3_600_000;
/** Not in the order of time. */
const hours = [5, 1, 3, 30, 0];
const items = itemsOf(
  hours.map((hour, i) => auditRecord({ rt: Date.UTC(2026, 0, 1) + hour * HOUR, seed: `${i}` })),
);
const { cloudwatch } = targets;
const target = async (url: string) => cloudwatch({ url, group: "audit", stream: "konnect", http });

interface Put {
  logGroupName: string;
  logStreamName: string;
  logEvents: { timestamp: number; message: string }[];
}
const failure = (__type: string, status = 400): Answer => ({ status, body: { __type, message: "no" } });
const ids = ({ logEvents }: Put) => logEvents.map(({ message }) => JSON.parse(message).record_id);

describe("cloudwatch", () => {
  it("gets events in the order of time, none of a request more than a day apart, signed by AWS's client", async () => {
    const { url, seen } = await startTarget(() => ({ status: 200, body: {} }));
    const { options, dead } = limits();
    await send(items, await target(url), options);
    const puts = seen.map(({ body }) => JSON.parse(body) as Put);
    expect(puts.map(ids)).toEqual([["id-4", "id-1", "id-2", "id-0"], ["id-3"]]);
    expect(puts[0]).toMatchObject({ logGroupName: "audit", logStreamName: "konnect" });
    for (const { headers } of seen) {
      expect(headers["x-amz-target"]).toBe("Logs_20140328.PutLogEvents");
      expect(headers.authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-central-1\/logs/,
      );
    }
    expect(dead()).toEqual([]);
  });

  it("has for dead letters what it calls too old, expired or too new", async () => {
    const { url } = await startTarget(({ body }) => {
      const isFirst = (JSON.parse(body) as Put).logEvents.length > 1;
      const info = { tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2, tooNewLogEventStartIndex: 3 };
      return { status: 200, body: isFirst ? { rejectedLogEventsInfo: info } : {} };
    });
    const { options, dead } = limits();
    await send(items, await target(url), options);
    expect(dead().map(({ id }) => id)).toEqual(["id-0", "id-1", "id-4"]);
  });

  it.each([
    failure("ThrottlingException"),
    failure("ServiceUnavailableException", 503),
    failure("InternalFailure", 500),
    { status: 0 },
  ])("gets them again after %o", async (answer) => {
    // AWS's client tries three times by itself.
    const { url, seen } = await startTarget((_, attempt) =>
      attempt <= 4 ? answer : { status: 200, body: {} },
    );
    const { options, dead } = limits();
    await send(items.slice(0, 3), await target(url), options);
    expect(seen).toHaveLength(5);
    expect(dead()).toEqual([]);
  });

  it("gets again only the days that it did not take", async () => {
    let hasFailed = false;
    const { url, seen } = await startTarget(({ body }) => {
      if (hasFailed || (JSON.parse(body) as Put).logEvents.length > 1) return { status: 200, body: {} };
      hasFailed = true;
      return failure("InvalidSequenceTokenException");
    });
    await send(items, await target(url), limits().options);
    const puts = seen.map(({ body }) => ids(JSON.parse(body) as Put));
    expect(puts).toEqual([["id-4", "id-1", "id-2", "id-0"], ["id-3"], ["id-3"]]);
  });

  it("that refuses one record gets all the others", async () => {
    const { url } = await startTarget(({ body }) =>
      body.includes("id-2") ? failure("InvalidParameterException") : { status: 200, body: {} },
    );
    const { options, dead } = limits();
    await send(items, await target(url), options);
    expect(dead()).toEqual([{ id: "id-2", reason: "InvalidParameterException: no", raw: items[2]!.raw }]);
  });

  it.each(["ResourceNotFoundException", "AccessDeniedException", "UnrecognizedClientException"])(
    "that answers %s stops everything",
    async (name) => {
      const { url } = await startTarget(() => failure(name));
      const { options, dead } = limits();
      await expect(send(items, await target(url), options)).rejects.toMatchObject({ name });
      expect(dead()).toEqual([]);
    },
  );

  it("wants a group and a stream", async () => {
    await expect(async () => cloudwatch({ url: "", http })).rejects.toThrow("--group and --stream");
  });
});
