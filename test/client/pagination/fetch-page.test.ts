import { describe, expect, it } from "vitest";
import type { AuditLog } from "../../../src/index.js";
import { clientOver, HOST, rejection, TOKEN } from "../../support/konnect.js";

const log = (n: number) => ({
  type: "authorization",
  ts: "2026-11-25T00:00:00Z",
  action: `a${n}`,
  granted: true,
});
const NEXT = [
  "/audit-logs?page[after]=c%3D1",
  "/audit-logs?page%5Bafter%5D=c%3D1&page%5Bsize%5D=2",
  "/api/v2/audit-logs?page[size]=2&page[after]=c%3D1#x",
  "https://evil.example.com/v3/audit-logs?page[after]=c%3D1",
  "?page[after]=c%3D1",
];

/** Pages of two records each, with the cursor where and how `meta` has it. */
function paged(pages: number, meta: (next: string | null) => object, next: (n: number) => string) {
  return clientOver((request) => {
    const at = Number((new URL(request.url).searchParams.get("page[after]") ?? "c=0").slice(2));
    const data = [log(2 * at), log(2 * at + 1)];
    return Response.json({ data, meta: meta(at + 1 < pages ? next(at + 1) : null) });
  });
}

describe("cursors", () => {
  it.each(NEXT)("are taken out of %s, wherever meta has it, and nothing else of it", async (shape) => {
    for (const meta of [
      (next: string | null) => ({ page: { next, previous: null, size: 2 } }),
      (next: string | null) => ({ next, previous: null, size: 2 }),
    ]) {
      const { konnect, requests } = paged(3, meta, (n) => shape.replace("%3D1", `%3D${n}`));
      const seen: AuditLog[] = [];
      for await (const one of konnect.listAuditLogs({ until: "2026-11-25T00:00:00Z" })) seen.push(one);
      expect(seen).toEqual([0, 1, 2, 3, 4, 5].map(log));
      const query = "filter[ts][lte]=2026-11-25T00%3A00%3A00Z";
      expect(requests.map(({ url }) => url)).toEqual([
        `${HOST}/v3/audit-logs?${query}`,
        `${HOST}/v3/audit-logs?page[after]=c%3D1&${query}`,
        `${HOST}/v3/audit-logs?page[after]=c%3D2&${query}`,
      ]);
      expect(new Set(requests.map(({ headers }) => headers.get("authorization")))).toEqual(
        new Set([`Bearer ${TOKEN}`]),
      );
    }
  });

  it.each([{}, { next: "" }, { next: null }, { page: {} }, { page: null }, undefined, null])(
    "end with meta %j",
    async (meta) => {
      const { konnect } = clientOver(() => Response.json({ data: [log(0)], meta }));
      expect((await konnect.listAuditLogs()).next).toBeUndefined();
    },
  );

  it.each(["/audit-logs", "/audit-logs?page[after]=", "ewogIn", 7, {}])(
    "that are invalid, as in %j, do not look like the last page",
    async (next) => {
      const { konnect } = clientOver(() => Response.json({ data: [log(0)], meta: { page: { next } } }));
      expect(await rejection(konnect.listAuditLogs())).toMatchObject({
        code: "invalid_response",
        message: expect.stringMatching(/listAuditLogs: meta/),
      });
    },
  );

  it.each([1, 2, 3, 7])("that repeat after %i pages end in an error", async (length) => {
    const { konnect, requests } = clientOver((_, attempt) => {
      const next = `/x?page[after]=c${attempt % length}`;
      return Response.json({ data: [{ id: "a" }], meta: { next } });
    });
    const walk = async () => {
      for await (const one of konnect.listDestinations()) expect(one.id).toBe("a");
    };
    expect(await rejection(walk())).toMatchObject({
      code: "invalid_response",
      message: expect.stringMatching(/repeated a cursor/),
    });
    expect(requests.length).toBeLessThanOrEqual(4 * length);
  });
});

describe("iteration", () => {
  it("ends the request under way when it is left", async () => {
    let aborted = 0;
    const { konnect, requests } = clientOver((request, attempt) => {
      if (attempt === 1) return Response.json({ data: [{ id: "a" }], meta: { next: "/x?page[after]=c" } });
      return new Promise((_, reject) => {
        request.signal.addEventListener("abort", () => {
          aborted++;
          reject(request.signal.reason);
        });
      });
    });
    const items = konnect.listDestinations()[Symbol.asyncIterator]();
    expect(await items.next()).toMatchObject({ value: { id: "a" } });
    const pending = items.next();
    while (requests.length < 2) await new Promise(setImmediate);
    expect(await items.return?.()).toEqual({ done: true, value: undefined });
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(aborted).toBe(1);
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  it("ends when the caller's signal is aborted, and leaves no listener on it", async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      return add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      return remove(...args);
    };
    const { konnect } = clientOver((_, attempt) =>
      attempt < 3
        ? Response.json({ data: [{ id: "a" }], meta: { next: `/x?page[after]=${attempt}` } })
        : new Promise(() => {}),
    );
    const items = konnect.listDestinations({}, { signal })[Symbol.asyncIterator]();
    await items.next();
    await items.next();
    expect(listeners).toBe(0);
    const pending = rejection(items.next());
    await new Promise(setImmediate);
    controller.abort(new Error("enough"));
    expect(await pending).toMatchObject({ code: "aborted", cause: new Error("enough") });
    expect(listeners).toBe(0);
    expect(
      await rejection(konnect.listDestinations({}, { signal })[Symbol.asyncIterator]().next()),
    ).toMatchObject({ code: "aborted" });
  });

  it("reuses the awaited page, and fetches the others", async () => {
    const { konnect, requests } = clientOver((_, attempt) =>
      Response.json({
        data: [{ id: `${attempt}` }],
        meta: { next: attempt % 2 ? "/x?page[after]=c" : null },
      }),
    );
    const list = konnect.listDestinations();
    expect((await list).data).toEqual([{ id: "1" }]);
    const ids: string[] = [];
    for await (const { id } of list) ids.push(id);
    expect(ids).toEqual(["1", "2"]);
    expect(requests).toHaveLength(2);
  });
});
