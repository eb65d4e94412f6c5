import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { followAuditLogs, KonnectClient } from "konnect-audit-logs";
import { interleaved, rate, ratio, row } from "./rounds.js";

const HOUR = 3_600_000;
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Server {
  port: number;
  oldest: string;
  newest: string;
}

/** Records a second of the ways to pull, beside a plain loop of `fetch` and `JSON.parse`, from a server in another process. */
export async function benchPull(records: number, rounds: number): Promise<void> {
  const child = fork(at("pull-server.mjs"), [String(records), String(HOUR)], { execArgv: [] });
  const [{ port, oldest, newest }] = (await once(child, "message")) as [Server];
  const baseUrl = `http://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const konnect = new KonnectClient({ baseUrl, token: "kpat_bench" });
  const expect = (count: number) => {
    if (count !== records) throw new Error(`${count} records instead of ${records}`);
    return count;
  };
  let largest = 0;
  const results = await interleaved(
    {
      fetch: () => rate(async () => expect(await fetchLoop(baseUrl, oldest, newest))),
      list: () =>
        rate(async () => {
          let count = 0;
          const query = { since: oldest, until: newest, "page[size]": 1_000 };
          for await (const log of konnect.listAuditLogs(query)) if (log.type) count++;
          return expect(count);
        }),
      follow: () =>
        rate(async () => {
          let count = 0;
          const file = join(folder, "checkpoint.json");
          const logs = followAuditLogs(konnect, {
            since: oldest,
            until: newest,
            async onCheckpoint(checkpoint) {
              const text = JSON.stringify(checkpoint);
              largest = Math.max(largest, text.length);
              await writeFile(`${file}.new`, text);
              await rename(`${file}.new`, file);
            },
          });
          for await (const log of logs) if (log.type) count++;
          return expect(count);
        }),
      cli: () =>
        rate(async () => {
          const args = ["pull", "--since", oldest, "--until", newest, "--output", "raw"];
          const env = { ...process.env, KONNECT_TOKEN: "kpat_bench", KONNECT_CONTROL_PLANE_URL: baseUrl };
          const pull = spawn(process.execPath, [at("../cli/dist/main.js"), ...args], {
            env,
            stdio: ["ignore", "pipe", "inherit"],
          });
          let lines = 0;
          pull.stdout.on("data", (chunk: Buffer) => {
            for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, end + 1)) lines++;
          });
          await once(pull, "close");
          return expect(lines);
        }),
    },
    rounds,
  );
  child.disconnect();
  rmSync(folder, { recursive: true });
  const loop = "loop of fetch and JSON.parse";
  row("listAuditLogs", loop, ratio(results.list!, results.fetch!));
  row(
    "followAuditLogs, a checkpoint stored per page",
    "listAuditLogs",
    ratio(results.follow!, results.list!),
  );
  row("konnect-audit pull, start of the process included", loop, ratio(results.cli!, results.fetch!));
  console.log(
    `\n${records} records, pages of 1,000: the largest checkpoint has ${Math.ceil(largest / 1_000)} kB`,
  );
}

async function fetchLoop(baseUrl: string, since: string, until: string): Promise<number> {
  const query = new URLSearchParams({
    "page[size]": "1000",
    "filter[ts][gte]": since,
    "filter[ts][lte]": until,
  });
  let count = 0;
  for (;;) {
    const response = await fetch(`${baseUrl}/v3/audit-logs?${query}`, {
      headers: { authorization: "Bearer x" },
    });
    const { data, meta } = JSON.parse(await response.text());
    for (const log of data) if (log.type) count++;
    if (meta.page.next === null) return count;
    query.set("page[after]", new URLSearchParams(meta.page.next.split("?")[1]).get("page[after]")!);
  }
}
