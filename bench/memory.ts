import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { auditRecords } from "konnect-audit-logs/testing";

/** The peak memory of a receiver with `count` of the largest allowed batches at once. */
export async function benchMemory(): Promise<void> {
  const block = `${[...auditRecords(1_000)].join("\n")}\n`;
  const times = Math.floor((64 * 2 ** 20) / block.length);
  const real = gzipSync(block.repeat(times));
  const tiny = gzipSync("x\n".repeat(200_000));
  const size = `${(real.length / 2 ** 20).toFixed(1)} MiB as sent`;
  await measure(`64 MiB, ${times * 1_000} records, ${size}, no event read`, real, "");
  await measure(`64 MiB, ${times * 1_000} records, ${size}, every event read`, real, "events");
  await measure(`200,000 lines of x, ${tiny.length} bytes as sent, every event read`, tiny, "events");
}

async function measure(what: string, body: Buffer, mode: string): Promise<void> {
  console.log(`\nbatches of ${what}:`);
  for (const batches of [0, 1, 2, 4]) {
    const child = fork(
      fileURLToPath(new URL("memory-child.mjs", import.meta.url)),
      [`${Math.max(1, batches)}`, mode],
      { execArgv: [] },
    );
    const [port] = (await once(child, "message")) as [number];
    const headers = { authorization: "x", "content-encoding": "gzip" };
    await Promise.all(
      Array.from({ length: batches }, async () => {
        const sent = request({ host: "127.0.0.1", port, method: "POST", headers, agent: false });
        sent.end(body);
        const [response] = await once(sent, "response");
        response.resume();
        if (response.statusCode !== 204) throw new Error(`answered ${response.statusCode}`);
      }),
    );
    const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))![1]) / 1024;
    child.kill("SIGKILL");
    console.log(`  ${batches} at once: at most ${peak.toFixed(0)} MB`);
  }
}
