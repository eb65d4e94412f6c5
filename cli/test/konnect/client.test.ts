import { KonnectClient } from "konnect-audit-logs";
import { expect, it } from "vitest";
import { konnectNow } from "../../src/konnect/client.js";

const HOUR = 3_600_000;

/** Konnect's time, where each response is so many ms off, the last one for all others. */
function timeWith(...offs: (number | undefined)[]) {
  let answers = 0;
  const konnect = new KonnectClient({
    token: "t",
    region: "eu",
    retry: false,
    fetch: async () => {
      const off = offs[Math.min(answers++, offs.length - 1)];
      const headers = off === undefined ? {} : { date: new Date(Date.now() + off).toUTCString() };
      return Response.json({ keys: [] }, { headers });
    },
  });
  return konnectNow(konnect, new AbortController().signal);
}

it.each([
  ["one response", [HOUR, 0]],
  ["another one", [0, HOUR, 0]],
  ["no response", [0]],
  ["responses without a Date", [undefined]],
])("believes a time only if responses agree: %s is wrong", async (_, offs) => {
  expect(Math.abs((await timeWith(...offs)) - Date.now())).toBeLessThan(HOUR / 2);
});

it("is Konnect's time, not that of this machine", async () => {
  expect((await timeWith(5 * HOUR)) - Date.now()).toBeGreaterThan(4 * HOUR);
});
