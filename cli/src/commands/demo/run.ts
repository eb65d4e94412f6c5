import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createVerifier, ensureWebhook, KonnectClient } from "konnect-audit-logs";
import { createReceiver, type ReceivedRecord } from "konnect-audit-logs/receiver";
import { startKonnect } from "konnect-audit-logs/testing";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { escapeText } from "../../output/escape.js";
import { createEventWriter } from "../../output/event-writer.js";

const AUTHORIZATION = "Bearer demo-collector";
/** The list of control planes makes two records; the simulator sends them together. */
const RECORDS = 2;
const TIMEOUT = 30_000;

/** Shows the whole way of a record, with everything on loopback. */
export async function demo({ signal }: Context): Promise<void> {
  const server = await startKonnect({ timeScale: 0.1 });
  const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
  const verifier = createVerifier({ keys: () => konnect.getSigningKeys() });
  const collector = await startCollector(verifier);
  try {
    print(`A simulator of Konnect runs at ${server.url}, and a collector at ${collector.url}.\n`);
    const { destination } = await ensureWebhook(konnect, {
      name: "Demo",
      endpoint: collector.url,
      authorization: AUTHORIZATION,
      log_format: "cef",
      signal,
    });
    print(`✓ destination ${destination.id} created, webhook enabled`);
    const { data } = await konnect.listControlPlanes({}, { signal });
    print(`✓ an API call: ${data.length} control planes listed`);
    const records = await collector.records(signal);
    print(`✓ delivered: ${records.length} records of that call, signed by Konnect\n`);
    const writer = createEventWriter({
      output: "table",
      columns: ["verification", "type", "summary", "result", "src"],
    });
    for (const { bytes, event, verification } of records)
      await writer.write({ raw: bytes, event, verification });
    await writer.end();
    print(`\nThe last one as Konnect wrote it:\n${records.at(-1)!.text}\n`);
    const forged = records.at(-1)!.text.replace("granted=true", "granted=false");
    const { status, reason } = await createVerifier({ keys: await konnect.getSigningKeys() }).verify(forged);
    print(`The same with granted=false: ${status} (${reason})\n`);
    print("Next: konnect-audit simulate, konnect-audit listen, konnect-audit help");
    if (records.some(({ verification }) => verification?.status !== "valid"))
      throw new ExitError(1, "a record is not valid");
  } finally {
    await Promise.all([server.close(), collector.close()]);
  }
}

async function startCollector(verifier: ReturnType<typeof createVerifier>) {
  const received: ReceivedRecord[] = [];
  const arrivals = new EventTarget();
  const receiver = createReceiver({
    authorization: AUTHORIZATION,
    verifier,
    onBatch({ records }) {
      received.push(...records);
      arrivals.dispatchEvent(new Event("batch"));
    },
  });
  const server = createServer(receiver.handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async records(signal: AbortSignal): Promise<ReceivedRecord[]> {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]);
      const isCall = () => received.filter(({ event }) => event?.type === "authorization");
      while (received.length < RECORDS || isCall().length === 0)
        await once(arrivals, "batch", { signal: limit });
      return received;
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function print(text: string): void {
  process.stdout.write(`${text.split("\n").map(escapeText).join("\n")}\n`);
}
