import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { clientOver, input, rejection } from "../../support/konnect.js";

afterEach(() => void vi.useRealTimers());

const never = () => new Promise<never>(() => {});

/** A body that sends a byte now and then and does not end. */
function endless(chunk = new Uint8Array(1)): {
  response: Response;
  read: () => number;
  cancelled: () => boolean;
} {
  let count = 0;
  let cancelled = false;
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      count++;
      controller.enqueue(chunk);
    },
    cancel() {
      cancelled = true;
    },
  });
  return { response: new Response(body), read: () => count, cancelled: () => cancelled };
}

describe("the time limit of an attempt", () => {
  it.each([
    ["the answer", never],
    ["the body", () => endless().response],
  ])("covers %s, even if fetch ignores its signal", async (_, answer) => {
    vi.useFakeTimers();
    const { konnect, requests } = clientOver(answer, { retry: false });
    const done = rejection(konnect.getSigningKeys());
    await vi.advanceTimersByTimeAsync(29_990);
    expect(requests[0]?.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(20);
    expect(await done).toMatchObject({
      code: "timeout",
      message: expect.stringMatching(/timed out after 30000 ms/),
    });
    expect(requests[0]?.signal.aborted).toBe(true);
  });

  it("is the client's or the call's, and each attempt has its own", async () => {
    vi.useFakeTimers();
    const { konnect, requests } = clientOver(never, {
      timeoutMs: 100,
      retry: { retries: 2, minTimeout: 0, maxTimeout: 0 },
    });
    const done = rejection(konnect.getSigningKeys());
    await vi.advanceTimersByTimeAsync(250);
    expect(requests).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(60);
    expect(await done).toMatchObject({ code: "timeout" });
    const shorter = rejection(konnect.getSigningKeys({ timeoutMs: 20, retry: false }));
    await vi.advanceTimersByTimeAsync(21);
    expect(await shorter).toMatchObject({
      code: "timeout",
      message: expect.stringMatching(/timed out after 20 ms/),
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends a POST, which may have taken effect", async () => {
    vi.useFakeTimers();
    const { konnect, requests } = clientOver(never);
    const done = rejection(konnect.createDestination(input, { timeoutMs: 20 }));
    await vi.advanceTimersByTimeAsync(50);
    expect(await done).toMatchObject({
      code: "timeout",
      message: expect.stringMatching(/may have taken effect/),
    });
    expect(requests).toHaveLength(1);
  });

  it("covers the token function", async () => {
    vi.useFakeTimers();
    const { konnect } = clientOver(never, { token: never, retry: false });
    const done = rejection(konnect.createDestination(input));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await done).toMatchObject({ code: "timeout", message: expect.not.stringMatching(/unknown/) });
  });

  it("leaves no timer and no listener after a success", async () => {
    vi.useFakeTimers();
    const { konnect } = clientOver(() => Response.json({ keys: [] }));
    const { signal } = new AbortController();
    for (let i = 0; i < 20; i++) await konnect.getSigningKeys({ signal });
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("an aborted call", () => {
  it.each([
    ["before it is made", 0],
    ["while the answer is awaited", 1],
  ])("%s is rejected at once with the reason", async (_, sent) => {
    const { konnect, requests } = clientOver(never);
    const controller = new AbortController();
    if (sent === 0) controller.abort("enough");
    const done = rejection(konnect.getSigningKeys({ signal: controller.signal }));
    await vi.waitFor(() => expect(requests).toHaveLength(sent), { timeout: 120_000 });
    controller.abort("enough");
    expect(await done).toMatchObject({ code: "aborted", cause: "enough" });
    expect(requests).toHaveLength(sent);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("while the body is read is, too, and a POST says that its outcome is unknown", async () => {
    const body = endless();
    const { konnect } = clientOver(() => body.response);
    const controller = new AbortController();
    const done = rejection(konnect.createDestination(input, { signal: controller.signal }));
    await vi.waitFor(() => expect(body.read()).toBeGreaterThan(2), { timeout: 120_000 });
    controller.abort();
    expect(await done).toMatchObject({
      code: "aborted",
      message: expect.stringMatching(/may have taken effect/),
    });
  });
});

describe("bodies and redirects", () => {
  it("reads an answer up to 32 MiB and no further", async () => {
    const chunk = new Uint8Array(2 ** 20);
    let sent = 0;
    let cancelled = false;
    const flood = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sent++;
            controller.enqueue(chunk);
          },
          cancel() {
            cancelled = true;
          },
        }),
      );
    const { konnect, requests } = clientOver(flood);
    expect(await rejection(konnect.getSigningKeys())).toMatchObject({
      code: "invalid_response",
      message: expect.stringMatching(/bytes/),
    });
    expect(sent).toBeLessThan(36);
    expect(cancelled).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it("takes the status of an answer whose problem is endless, and reads no more than 64 KiB of it", async () => {
    let sent = 0;
    const flood = new ReadableStream({
      pull(controller) {
        sent++;
        controller.enqueue(new Uint8Array(1024));
      },
    });
    const { konnect } = clientOver(() => new Response(flood, { status: 400 }));
    expect(await rejection(konnect.getSigningKeys())).toMatchObject({
      code: "api",
      status: 400,
      title: undefined,
    });
    expect(sent).toBeLessThan(70);
  });

  it("does not follow redirects", async () => {
    const headers = { location: "https://evil.example.com/" };
    for (const status of [301, 302, 303, 307, 308]) {
      const { konnect, requests } = clientOver(() => new Response(null, { status, headers }));
      const error = await rejection(konnect.getSigningKeys());
      expect(error).toMatchObject({
        code: "api",
        status,
        message: expect.stringMatching(/redirects are not followed/),
      });
      expect(requests).toHaveLength(1);
      expect(requests[0]?.redirect).toBe("manual");
    }
  });
});
