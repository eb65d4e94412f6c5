import { describe, expect, it } from "vitest";
import { clientOver, rejection } from "../../support/konnect.js";

const HOUR = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

/** A client of a Konnect with the given clock. */
async function konnectAt(time: number | undefined) {
  const headers: Record<string, string> = time === undefined ? {} : { date: new Date(time).toUTCString() };
  const { konnect, requests } = clientOver(() => Response.json({ status: "accepted" }, { headers }));
  await konnect.getReplay();
  return { konnect, sent: () => requests.filter(({ method }) => method === "PUT") };
}

describe("startReplay", () => {
  it("takes a Date as well as text, whose every digit it sends", async () => {
    const { konnect, sent } = await konnectAt(undefined);
    await konnect.startReplay({
      start_at: new Date("2026-11-20T10:00:00.5Z"),
      end_at: "2026-11-20T12:00:00.123456789+01:00",
    });
    expect(await sent()[0]?.json()).toEqual({
      start_at: "2026-11-20T10:00:00.500Z",
      end_at: "2026-11-20T12:00:00.123456789+01:00",
    });
  });

  it.each([
    ["2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z", /before/],
    ["2026-11-20T10:00:00Z", "2026-11-20T09:59:59Z", /before/],
    ["2026-11-20T10:00:00Z", "2026-11-20T11:59:59+02:00", /before/],
    ["2026-11-10T10:00:00Z", "2026-11-17T10:00:00.001Z", /seven days/],
    ["2026-11-10", "2026-11-12T00:00:00Z", /start_at must be an RFC 3339/],
    ["2026-11-10T00:00:00", "2026-11-12T00:00:00Z", /start_at .* zone/],
    ["2026-11-10T00:00:00Z", "2026-13-12T00:00:00Z", /end_at must be a date/],
    [new Date(Number.NaN), "2026-11-12T00:00:00Z", /start_at/],
    [undefined, "2026-11-12T00:00:00Z", /start_at/],
    [1, 2, /start_at/],
  ])("refuses %s to %s", async (start_at, end_at, problem) => {
    const { konnect, sent } = await konnectAt(undefined);
    const error = await rejection(konnect.startReplay({ start_at, end_at } as never));
    expect(error).toMatchObject({ code: "invalid_input", message: expect.stringMatching(problem) });
    expect(sent()).toHaveLength(0);
  });

  it("takes the whole of seven days", async () => {
    const { konnect, sent } = await konnectAt(undefined);
    await konnect.startReplay({ start_at: "2026-11-10T10:00:00Z", end_at: "2026-11-17T10:00:00Z" });
    expect(sent()).toHaveLength(1);
  });

  it("refuses the future, and what is out of reach, when Konnect's clock agrees", async () => {
    const now = Date.now();
    const { konnect, sent } = await konnectAt(now);
    const future = konnect.startReplay({ start_at: iso(now - HOUR), end_at: iso(now + HOUR) });
    expect(await rejection(future)).toMatchObject({ message: expect.stringMatching(/future/) });
    const old = konnect.startReplay({ start_at: iso(now - 169 * HOUR), end_at: iso(now - 100 * HOUR) });
    expect(await rejection(old)).toMatchObject({ message: expect.stringMatching(/last seven days/) });
    expect(sent()).toHaveLength(0);
    await konnect.startReplay({ start_at: iso(now - HOUR), end_at: iso(now) });
    expect(sent()).toHaveLength(1);
  });

  it.each([
    ["is an hour fast", 1, -0.5, 0.5],
    ["is an hour slow", -1, -2, -0.5],
    ["is an hour slow, and so reaches further back", -1, -168.5, -100],
    ["is not known", undefined, -0.5, 0.5],
  ])("leaves it to Konnect while its clock %s", async (_, offset, from, to) => {
    const now = Date.now();
    const { konnect, sent } = await konnectAt(offset === undefined ? undefined : now + offset * HOUR);
    await konnect.startReplay({ start_at: iso(now + from * HOUR), end_at: iso(now + to * HOUR) });
    expect(sent()).toHaveLength(1);
  });
});
