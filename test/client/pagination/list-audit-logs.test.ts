import { describe, expect, it } from "vitest";
import type { AuditLogPage } from "../../../src/index.js";
import { clientOver, rejection } from "../../support/konnect.js";

const log = (n: number) => ({
  type: "authorization",
  ts: "2026-11-25T00:00:00Z",
  action: `a${n}`,
  granted: true,
});

describe("the window of listAuditLogs", () => {
  const date = "Wed, 25 Nov 2026 18:00:00 GMT";
  const at = (attempt: number) => {
    const next = attempt < 3 ? `/x?page[after]=c${attempt}` : null;
    return Response.json({ data: [log(attempt)], meta: { page: { next } } }, { headers: { date } });
  };
  const ends = (requests: Request[]) =>
    requests.map(({ url }) => new URL(url).searchParams.get("filter[ts][lte]"));

  it("ends at Konnect's time when the iteration begins", async () => {
    const { konnect, requests } = clientOver((_, attempt) => at(attempt));
    await konnect.getWebhook();
    requests.length = 0;
    for await (const one of konnect.listAuditLogs()) expect(one.type).toBe("authorization");
    const [end] = ends(requests);
    expect(end).toMatch(/^2026-11-25T18:00:0[01]\.\d{3}Z$/);
    expect(new Set(ends(requests)).size).toBe(1);
  });

  it("is open on the first page only, before Konnect's time is known", async () => {
    const { konnect, requests } = clientOver((_, attempt) => at(attempt));
    for await (const one of konnect.listAuditLogs({ since: "2026-01-01T00:00:00Z" }))
      expect(one.type).toBe("authorization");
    const [first, second, third] = ends(requests);
    expect(first).toBeNull();
    expect(second).toMatch(/^2026-11-25T18:00:0[01]\.\d{3}Z$/);
    expect(third).toBe(second);
    for (const { url } of requests)
      expect(new URL(url).searchParams.get("filter[ts][gte]")).toBe("2026-01-01T00:00:00Z");
  });

  it("can be stored with the cursor, and gone on with", async () => {
    const { konnect, requests } = clientOver((_, attempt) => at(attempt));
    const since = new Date("2020-01-01T00:00:00Z");
    const page: AuditLogPage = await konnect.listAuditLogs({ type: "authorization", since, "page[size]": 7 });
    const stored = JSON.parse(JSON.stringify(page.next));
    expect(stored).toEqual({
      type: "authorization",
      since: "2020-01-01T00:00:00.000Z",
      until: expect.stringMatching(/^2026-11-25T18:00:0/),
      "page[size]": 7,
      "page[after]": "c1",
    });
    await konnect.listAuditLogs(stored);
    const search = new URL(requests[1]!.url).searchParams;
    expect(Object.fromEntries(search)).toEqual({
      "filter[type]": "authorization",
      "filter[ts][gte]": stored.since,
      "filter[ts][lte]": stored.until,
      "page[size]": "7",
      "page[after]": "c1",
    });
  });

  it.each([
    [{ since: "yesterday" }, /since/],
    [{ until: new Date("x") }, /until/],
    [{ "page[size]": 1001 }, /page\[size\]/],
    [{ "page[size]": 0 }, /page\[size\]/],
    [{ from: 1 }, /from/],
  ])("%j is refused", async (query, problem) => {
    const { konnect, requests } = clientOver(() => at(1));
    expect(await rejection(konnect.listAuditLogs(query as never))).toMatchObject({
      code: "invalid_input",
      message: expect.stringMatching(problem),
    });
    expect(requests).toHaveLength(0);
  });

  it.each([403, 404])("a %i says that pulling may not be switched on", async (status) => {
    const { konnect } = clientOver(() => new Response(null, { status }));
    const error = await rejection(konnect.listAuditLogs());
    expect(error.message).toMatch(/pulling may not be switched on/);
    expect((await rejection(konnect.getWebhook())).message).not.toMatch(/pulling/);
  });
});

describe("the records of listAuditLogs", () => {
  const read = async (...data: string[]) => {
    const text = `{"data":[${data.join()}],"meta":{"page":{"next":null}}}`;
    const { konnect } = clientOver(() => new Response(text));
    return (await konnect.listAuditLogs()).data;
  };

  it("keep every digit of a big integer, and have trace_id as text", async () => {
    const [big, small, hex] = await read(
      '{"type":"authorization","trace_id":3895213347334635099,"n":-12345678901234567890}',
      '{"type":"authorization","trace_id":42}',
      '{"type":"authorization","trace_id":"6b072d8300000000a42d9bd9a509705c"}',
    );
    expect(big).toMatchObject({ trace_id: "3895213347334635099", n: "-12345678901234567890" });
    expect(small).toMatchObject({ trace_id: "42" });
    expect(hex).toMatchObject({ trace_id: "6b072d8300000000a42d9bd9a509705c" });
  });

  it("have the signature under its one name", async () => {
    const logs = await read(
      '{"type":"authorization","sig":"a"}',
      '{"type":"authorization","signature":"b","sig":"a"}',
      '{"type":"authorization"}',
    );
    expect(logs.map((one) => "signature" in one && one.signature)).toEqual(["a", "b", false]);
  });

  it("of a kind that is not known are unknown, and whole", async () => {
    const logs = await read(
      '{"type":"data_plane","x":1}',
      '{"type":7}',
      '{"authentication_type":"pat"}',
      "{}",
    );
    expect(logs).toEqual([
      { type: "unknown", original: { type: "data_plane", x: 1 } },
      { type: "unknown", original: { type: 7 } },
      { type: "authentication", authentication_type: "pat" },
      { type: "unknown", original: {} },
    ]);
  });
});
