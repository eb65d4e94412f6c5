import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type KonnectServer, startKonnect } from "konnect-audit-logs/testing";
import type { Context } from "../../context.js";

/** The options of `simulate`. */
export interface SimulateOptions {
  port: number;
  tokenFile?: string | undefined;
  rate?: number | undefined;
  count?: number | undefined;
  seed?: string | undefined;
}

/** Runs the simulator until a signal ends it. */
export async function simulate(options: SimulateOptions, { log, signal }: Context): Promise<void> {
  const { port, tokenFile } = options;
  const given =
    tokenFile === undefined ? process.env.KONNECT_TOKEN : (await readFile(tokenFile, "utf8")).trim();
  const server = await startKonnect({
    port,
    token: given || undefined,
    onDelivery: ({ delivered, lines }) =>
      delivered
        ? log.debug(`delivered ${lines.length} records`)
        : log.warn(`gave up on a batch of ${lines.length} records, like Konnect after four retries`),
  });
  try {
    log.info(`✓ simulating Konnect at ${server.url}`);
    process.stdout.write(`export KONNECT_CONTROL_PLANE_URL=${server.url}\n`);
    // A token that the user gave is not repeated.
    if (!given) process.stdout.write(`export KONNECT_TOKEN=${server.token}\n`);
    await writeRecords(server, options, signal);
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    await server.close();
  }
}

async function writeRecords(
  server: KonnectServer,
  { rate, count = Number.POSITIVE_INFINITY, seed = crypto.randomUUID() }: SimulateOptions,
  signal: AbortSignal,
): Promise<void> {
  if (rate === undefined) return;
  const types = ["authorization", "access", "authorization", "authentication"] as const;
  const start = performance.now();
  for (let i = 0; i < count && !signal.aborted; i++) {
    server.record({ seed: `${seed}/${i}`, type: types[i % types.length], at: Date.now() });
    const early = start + ((i + 1) / rate) * 1_000 - performance.now();
    if (early > 1) await sleep(early, undefined, { signal }).catch(() => {});
  }
}
