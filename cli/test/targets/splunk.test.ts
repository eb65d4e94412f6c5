import { auditRecords } from "konnect-audit-logs/testing";
import { describe, expect, it } from "vitest";
import { send } from "../../src/commands/forward/send.js";
import { splunk } from "../../src/targets/splunk.js";
import { type Answer, http, itemsOf, limits, type Request, startTarget } from "../support/targets.js";

const items = itemsOf([...auditRecords(6), "no record"]);
const isAck = ({ path }: Request) => path.startsWith("/services/collector/ack");

/** Splunk with indexer acknowledgement: `acks` answers each question for one. */
async function start(acks: (ackId: number, question: number) => Answer) {
  let ackId = 0;
  let question = 0;
  return startTarget((request) => {
    if (!isAck(request)) return { status: 200, body: { text: "Success", code: 0, ackId: ackId++ } };
    return acks(JSON.parse(request.body).acks[0], question++);
  });
}

describe("splunk", () => {
  it("gets one object per record, with the time in seconds, and a line that is not a record unchanged", async () => {
    const { url, seen } = await startTarget(() => ({ status: 200, body: { text: "Success", code: 0 } }));
    await send(items, splunk({ http, url, credential: "t" }), limits().options);
    const sent = seen[0]!.body.split("\n").map((line) => JSON.parse(line));
    expect(sent).toHaveLength(7);
    expect(sent[0]).toMatchObject({
      time: items[0]!.event!.time!.getTime() / 1_000,
      sourcetype: "konnect:audit",
      event: { name: items[0]!.event!.name, record_id: "id-0" },
    });
    expect(sent[6]).toEqual({ source: "konnect", sourcetype: "konnect:audit", event: "no record" });
    expect(seen).toHaveLength(1);
  });

  it("has taken events when it says that they are indexed, and not before", async () => {
    const { url, seen } = await start((ackId, question) =>
      question === 1 ? { status: 503 } : { status: 200, body: { acks: { [ackId]: question === 3 } } },
    );
    await send(items, splunk({ http, url, credential: "t", pollMs: 1 }), limits().options);
    const channel = seen[0]!.headers["x-splunk-request-channel"];
    expect(channel).toMatch(/^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/);
    expect(seen.map(isAck)).toEqual([false, true, true, true, true]);
    for (const { path, headers } of seen.filter(isAck)) {
      expect(path).toBe(`/services/collector/ack?channel=${channel}`);
      expect(headers.authorization).toBe("Splunk t");
    }
  });

  it("gets them again where it never says so", async () => {
    const { url, seen } = await start((ackId) => ({ status: 200, body: { acks: { [ackId]: ackId === 1 } } }));
    await send(items, splunk({ http, url, credential: "t", pollMs: 1, patienceMs: 10 }), limits().options);
    const bodies = seen.filter((request) => !isAck(request)).map(({ body }) => body);
    expect(bodies).toHaveLength(2);
    expect(bodies[0]).toBe(bodies[1]);
  });

  it("stops where it does not know the channel", async () => {
    const { url } = await start(() => ({ status: 400, body: { text: "ACK is disabled", code: 14 } }));
    const forwarded = send(items, splunk({ http, url, credential: "t", pollMs: 1 }), limits().options);
    await expect(forwarded).rejects.toThrow(/acknowledgement: answered 400.*ACK is disabled/);
  });

  it("names the bad event of a batch, which alone is a dead letter", async () => {
    const { url, seen } = await startTarget(({ body }) => {
      const index = body.split("\n").findIndex((line) => line.includes("id-2"));
      if (index === -1) return { status: 200, body: { text: "Success", code: 0 } };
      const answer = { text: "Invalid data format", code: 6, "invalid-event-number": index };
      return { status: 400, body: answer };
    });
    const { options, dead } = limits();
    await send(items, splunk({ http, url, credential: "t" }), options);
    expect(seen).toHaveLength(2);
    expect(dead()).toEqual([
      {
        id: "id-2",
        reason: expect.stringMatching(/^answered 400: .*Invalid data format/),
        raw: items[2]!.raw,
      },
    ]);
  });

  it.each([7, 10, 11])("that refuses its settings (code %i) stops everything", async (code) => {
    const { url } = await startTarget(() => ({ status: 400, body: { text: "Incorrect index", code } }));
    const { options, dead } = limits();
    const forwarded = send(items, splunk({ http, url, credential: "t" }), options);
    await expect(forwarded).rejects.toThrow(/Splunk answered 400.*Incorrect index/);
    expect(dead()).toEqual([]);
  });
});
