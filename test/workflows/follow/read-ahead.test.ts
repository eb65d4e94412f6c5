import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { expect, it } from "vitest";
import { followAuditLogs, KonnectClient } from "../../../src/index.js";
import { listen } from "../../support/loopback.js";
import { log, NOW } from "./support.js";

/** A Konnect with endless pages of two records, from page `held` on without an answer. */
async function pages(held: number) {
  const asked: { page: number; response: ServerResponse }[] = [];
  const server = createServer((request, response) => {
    const page = Number(new URL(request.url!, "http://x").searchParams.get("page[after]") ?? 0);
    asked.push({ page, response });
    if (page < held) response.end(body(page));
  });
  const { url } = await listen(server);
  const konnect = new KonnectClient({ baseUrl: url, token: "x" });
  return { konnect, asked };
}

function body(page: number): string {
  const data = [log(2 * page, NOW + page), log(2 * page + 1, NOW + page)];
  return JSON.stringify({ data, meta: { page: { next: `https://x/?page[after]=${page + 1}` } } });
}

it("reads one page ahead while a page is handled, and no further", async () => {
  const { konnect, asked } = await pages(Number.POSITIVE_INFINITY);
  const following = followAuditLogs(konnect, { since: new Date(NOW) });
  const take = async () => ((await following.next()).value as unknown as { trace_id: string }).trace_id;
  expect(await take()).toBe("t0");
  await expect.poll(() => asked.map(({ page }) => page).filter((page) => page > 0)).toEqual([1]);
  expect(await take()).toBe("t1");
  // Nothing of page 1 is taken yet, so page 2 stays where it is, however long that takes.
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asked.at(-1)!.page).toBe(1);
  expect(await take()).toBe("t2");
  await expect.poll(() => asked.at(-1)!.page).toBe(2);
  await following.return();
});

it("ends the request for the next page when it is left", async () => {
  const { konnect, asked } = await pages(1);
  const following = followAuditLogs(konnect, { since: new Date(NOW) });
  await following.next();
  await expect.poll(() => asked.at(-1)!.page).toBe(1);
  const closed = once(asked.at(-1)!.response, "close");
  await following.return();
  await closed;
  expect(asked.at(-1)!.response.writableFinished).toBe(false);
});
