import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkPipeline,
  ensureWebhook,
  followAuditLogs,
  fromPulledRecord,
  KonnectClient,
  KonnectError,
  recoverGap,
  suggestGap,
  teardown,
  waitForReplay,
} from "../../../src/index.js";
import { clientOver, DESTINATION_ID as ID, input, rejection } from "../../support/konnect.js";

const window = { start_at: new Date(Date.now() - 3_600_000), end_at: new Date(Date.now() - 60_000) };
const first = async (items: AsyncIterable<unknown>) => {
  let count = 0;
  for await (const _ of items) if (++count > 5) break;
};

/** Every call that reads an answer. */
const calls: Record<string, (konnect: KonnectClient, signal: AbortSignal) => Promise<unknown>> = {
  createDestination: (konnect) => konnect.createDestination(input),
  listDestinations: (konnect) => first(konnect.listDestinations()),
  getDestination: (konnect) => konnect.getDestination(ID),
  updateDestination: (konnect) => konnect.updateDestination(ID, { name: "x" }),
  deleteDestination: (konnect) => konnect.deleteDestination(ID),
  listControlPlanes: (konnect) => first(konnect.listControlPlanes()),
  listAuditLogs: async (konnect) => {
    for await (const log of konnect.listAuditLogs()) return fromPulledRecord(log);
  },
  getSigningKeys: (konnect) => konnect.getSigningKeys(),
  getWebhook: (konnect) => konnect.getWebhook(),
  enableWebhook: (konnect) => konnect.enableWebhook(ID),
  getWebhookStatus: (konnect) => konnect.portal(ID).getWebhookStatus(),
  startReplay: (konnect) => konnect.startReplay(window),
  getReplay: (konnect) => konnect.getReplay(),
  ensureWebhook: (konnect) => ensureWebhook(konnect, input),
  teardown: (konnect) => teardown(konnect, { name: "x", timeoutMs: 0 }),
  checkPipeline: (konnect) => checkPipeline(konnect),
  suggestGap: (konnect) => suggestGap(konnect),
  waitForReplay: (konnect) =>
    waitForReplay(konnect, { since: window.start_at, until: window.end_at, timeoutMs: 0 }),
  recoverGap: (konnect, signal) =>
    recoverGap(konnect, { since: window.start_at, until: window.end_at, via: "pull", signal }),
  followAuditLogs: (konnect, signal) =>
    first(followAuditLogs(konnect, { since: window.start_at, until: window.end_at, signal })),
};

/** JSON with the members that the SDK reads, of any type. */
const NAMES = [
  ..."id name endpoint authorization labels data meta page next previous number size total keys kty crv x type ts".split(
    " ",
  ),
  ..."original status start_at end_at updated_at last_attempt_at last_response_code last_response_message".split(
    " ",
  ),
  ..."webhook_status webhook_enabled enabled audit_log_destination_id trace_id toString valueOf __proto__ toJSON".split(
    " ",
  ),
];
const odd = fc.constantFrom<unknown>(
  ...[
    null,
    true,
    0,
    -1,
    1e308,
    "",
    "x",
    "\ud800",
    [],
    {},
    { toString: "a" },
    { valueOf: 1, toString: null },
    [{ toString: "a" }],
  ],
  ...[
    "/audit-logs?page[after]=a",
    "0001-01-01T00:00:0Z",
    "inactive",
    "https://x.test/a?b",
    "authorization",
    ID,
  ],
);
/** An object with all the members, each of any type; Konnect's own form wherever `usual` says so. */
const members = fc
  .tuple(fc.array(odd, { minLength: NAMES.length, maxLength: NAMES.length }), fc.boolean())
  .map(([values, usual]) => ({
    ...Object.fromEntries(NAMES.map((name, i) => [name, values[i]])),
    ...(usual && { id: ID, ts: "2026-11-28T00:00:00Z" }),
  }));
const json = fc.oneof(
  odd,
  members,
  fc
    .tuple(members, fc.array(members, { maxLength: 2 }), members)
    .map(([answer, data, meta]) => ({ ...answer, data, meta })),
  fc.tuple(members, fc.array(members, { maxLength: 2 })).map(([answer, keys]) => ({ ...answer, keys })),
  fc
    .array(members, { maxLength: 2 })
    .map((data) => ({ data, meta: { page: { number: 1, size: 10, total: 1 } } })),
);

describe.each(Object.entries(calls))("%s", (_, call) => {
  it("ends well or with a KonnectError, whatever Konnect answers", async () => {
    await fc.assert(
      fc.asyncProperty(json, fc.constantFrom(200, 200, 200, 400, 404, 409), async (answer, status) => {
        const controller = new AbortController();
        let requests = 0;
        const { konnect } = clientOver(
          () => {
            if (++requests > 20) controller.abort();
            const headers = { date: new Date().toUTCString() };
            return new Response(JSON.stringify(answer), { status, headers });
          },
          { retry: false },
        );
        try {
          await call(konnect, controller.signal);
        } catch (error) {
          expect(error, String((error as Error)?.stack)).toBeInstanceOf(KonnectError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("ends with a KonnectError, whatever a fetch function throws", async () => {
    const hostile = new TypeError("fetch failed");
    Object.defineProperty(hostile, "cause", {
      get() {
        throw new Error("no");
      },
    });
    for (const thrown of [
      undefined,
      null,
      7,
      "text",
      Symbol("s"),
      {},
      Object.assign(new Error("x"), { message: 7 }),
      Object.assign(new Error("x"), { message: { toString: "a" }, name: null, stack: [], code: {} }),
      Object.assign(new TypeError("x"), { message: Symbol("m"), cause: { message: 1 } }),
      Object.assign(new Error("x"), { cause: Object.assign(new Error("y"), { message: null }) }),
      hostile,
      new KonnectError("api", "mine"),
    ]) {
      const { konnect } = clientOver(() => Promise.reject(thrown), { retry: false });
      const controller = new AbortController();
      const done = call(konnect, controller.signal);
      // A follow waits forever for a connection.
      setTimeout(() => controller.abort(), 5);
      const error = await done.then(
        () => undefined,
        (error: unknown) => error,
      );
      if (error !== undefined) expect(error).toBeInstanceOf(KonnectError);
    }
  });
});

describe("the jobs", () => {
  const { konnect } = clientOver(() => Response.json({}));
  const jobs = {
    ensureWebhook,
    teardown,
    waitForReplay,
    recoverGap,
    suggestGap,
    checkPipeline,
  } as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  jobs.followAuditLogs = (...args) =>
    (followAuditLogs as (...args: unknown[]) => AsyncGenerator)(...args).next();

  it.each(Object.entries(jobs))("%s refuses swapped and forgotten arguments", async (name, job) => {
    for (const args of [
      [{ name: "x" }, konnect],
      [],
      [undefined, {}],
      [null, null],
      ["x"],
      [KonnectClient, {}],
      [konnect, null],
      [konnect, 7],
    ]) {
      const error = await rejection(job(...args));
      expect(error).toMatchObject({ code: "invalid_input", message: expect.stringMatching(`^${name}: `) });
    }
  });

  it("refuse invalid times", async () => {
    for (const since of [Number.NaN, 5, "yesterday", "2026-01-01", new Date(Number.NaN), {}]) {
      expect(await rejection(followAuditLogs(konnect, { since: since as never }).next())).toMatchObject({
        code: "invalid_input",
      });
      expect(await rejection(followAuditLogs(konnect, { until: since as never }).next())).toMatchObject({
        code: "invalid_input",
      });
      expect(await rejection(recoverGap(konnect, { since: since as never }))).toMatchObject({
        code: "invalid_input",
      });
    }
  });
});
