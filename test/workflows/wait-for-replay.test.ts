import { describe, expect, it } from "vitest";
import { ensureWebhook, type ReplayProgress, waitForReplay } from "../../src/index.js";
import { clientOver, rejection } from "../support/konnect.js";
import { start } from "./support.js";

const lastMinutes = (from: number, to = 0) => ({
  since: new Date(Date.now() - from * 60_000),
  until: new Date(Date.now() - to * 60_000),
});

/** A clock of Konnect's that goes one state of a job further at each look: no test depends on how fast it runs. */
function steps() {
  let clock = Date.now();
  const seen = new Set<string>();
  const onProgress = ({ status }: ReplayProgress) => {
    seen.add(status);
    clock += 20;
  };
  return { now: () => clock, onProgress, seen };
}

describe("waitForReplay", () => {
  it("starts a replay, follows it, and gives the completed job", async () => {
    const { now, onProgress, seen } = steps();
    const { konnect, wanted } = await start({ timeScale: 0.02, now });
    await ensureWebhook(konnect, wanted);
    const window = lastMinutes(5, 1);
    const job = await waitForReplay(konnect, { ...window, pollMs: 5, onProgress });
    expect(job).toMatchObject({ status: "completed", end_at: window.until.toISOString() });
    expect([...seen]).toEqual(["accepted", "pending", "running", "completed"]);
  });

  it("waits until another job has ended, then starts its own", async () => {
    const { now, onProgress, seen } = steps();
    const { konnect, wanted } = await start({ timeScale: 0.02, now });
    await ensureWebhook(konnect, wanted);
    const { since, until } = lastMinutes(60, 30);
    await konnect.startReplay({ start_at: since, end_at: until });
    const window = lastMinutes(5, 1);
    const job = await waitForReplay(konnect, { ...window, pollMs: 5, onProgress });
    expect(job.start_at).toBe(window.since.toISOString());
    expect([...seen].slice(0, 2)).toEqual(["waiting", "accepted"]);
  });

  it("joins a running job of the same window", async () => {
    const { now, onProgress, seen } = steps();
    const { konnect, wanted } = await start({ timeScale: 0.02, now });
    await ensureWebhook(konnect, wanted);
    const window = lastMinutes(5, 1);
    await konnect.startReplay({ start_at: window.since, end_at: window.until });
    await waitForReplay(konnect, { ...window, pollMs: 5, onProgress });
    expect([...seen]).toEqual(["accepted", "pending", "running", "completed"]);
  });

  it("refuses a window that ends before it starts, by the names of its own options", async () => {
    const { konnect, requests } = clientOver(() => new Response());
    const window = { since: "2026-11-20T11:00:00Z", until: "2026-11-20T10:00:00Z" };
    expect(await rejection(waitForReplay(konnect, window))).toMatchObject({
      code: "invalid_input",
      message: "waitForReplay: since must be before until",
    });
    expect(requests).toEqual([]);
  });

  it("fails when Konnect fails, however far Konnect's clock is ahead", async () => {
    let clock = Date.now();
    // A job takes three steps of 20 ms: at each look, the clock says that all of them are over.
    const { konnect } = await start({ timeScale: 0.02, now: () => (clock += 60) });
    const ahead = waitForReplay(konnect, { ...lastMinutes(5, 1), pollMs: 5 });
    expect(await rejection(ahead)).toMatchObject({ code: "replay_failed" });
  });

  it("fails when Konnect fails", async () => {
    const { konnect } = await start();
    const call = waitForReplay(konnect, { ...lastMinutes(5), pollMs: 5 });
    expect(await rejection(call)).toMatchObject({
      code: "replay_failed",
      message: expect.stringMatching(/webhook is enabled/),
    });
  });

  it("has a time limit, and can be aborted", async () => {
    const { konnect, wanted, client } = await start({ timeScale: 100 });
    await ensureWebhook(konnect, wanted);
    const limited = waitForReplay(konnect, { ...lastMinutes(5), pollMs: 5, timeoutMs: 20 });
    expect(await rejection(limited)).toMatchObject({ code: "timeout" });
    const other = waitForReplay(client(), { ...lastMinutes(50), pollMs: 5, timeoutMs: 20 });
    expect(await rejection(other)).toMatchObject({
      code: "timeout",
      message: expect.stringMatching(/another/),
    });
    const controller = new AbortController();
    const { signal } = controller;
    const onProgress = () => controller.abort();
    const aborted = waitForReplay(konnect, { ...lastMinutes(50), signal, onProgress });
    expect(await rejection(aborted)).toMatchObject({ code: "aborted" });
  });

  it("does not poll too often, nor mistake another job for its own", async () => {
    const window = { start_at: "2026-11-20T10:00:00Z", end_at: "2026-11-20T11:00:00Z" };
    const other = { start_at: "2026-11-19T10:00:00Z", end_at: "2026-11-20T11:00:00Z", status: "completed" };
    const { konnect, requests } = clientOver((request) =>
      request.method === "PUT" ? Response.json({ ...window, status: "accepted" }) : Response.json(other),
    );
    const error = await rejection(
      waitForReplay(konnect, { since: window.start_at, until: window.end_at, pollMs: 1 }),
    );
    expect(error).toMatchObject({ code: "replay_failed", message: expect.stringMatching(/unknown/) });
    expect(requests.map(({ method }) => method)).toEqual(["PUT", "GET", "GET", "GET", "GET"]);
  });

  it("waits a moment where Konnect refuses, and no job runs", async () => {
    const window = { start_at: "2026-11-20T10:00:00Z", end_at: "2026-11-20T11:00:00Z" };
    const { konnect, requests } = clientOver((request, attempt) => {
      if (attempt < 4)
        return request.method === "PUT" ? new Response(null, { status: 409 }) : Response.json({});
      // Konnect may cut times to the second.
      return Response.json({
        start_at: "2026-11-20T10:00:00.4Z",
        end_at: window.end_at,
        status: "completed",
      });
    });
    await waitForReplay(konnect, { since: window.start_at, until: window.end_at, pollMs: 1 });
    expect(requests.map(({ method }) => method)).toEqual(["PUT", "GET", "PUT", "GET"]);
  });
});
