/**
 * The whole way of an audit record: a destination, the webhook, an API call, and the signed CEF record of that call.
 *
 *   npm run quickstart                         everything on this machine, without an account
 *   KONNECT_TOKEN=... KONNECT_REGION=us \
 *   SIEM_ENDPOINT=https://... SIEM_TOKEN=... \
 *   npm run quickstart                         with Konnect and your SIEM
 */
import { createVerifier, KonnectClient, parseAuditRecord } from "konnect-audit-logs";
import { startKonnect } from "konnect-audit-logs/testing";
import { startCollector } from "./collector.js";

const WAIT_MS = 10_000;
let steps = 0;

/** Runs a step, and prints its result. */
async function step<T>(name: string, run: () => Promise<T>, describe: (result: T) => string): Promise<T> {
  const label = `${++steps}. ${name}`.padEnd(25);
  try {
    const result = await run();
    console.log(`✓ ${label} ${describe(result)}`);
    return result;
  } catch (error) {
    console.error(`✗ ${label} ${error instanceof Error ? error.message : error}`);
    throw error;
  }
}

/** The three calls of Konnect's tutorial. */
async function setUp(konnect: KonnectClient, endpoint: string, authorization: string): Promise<void> {
  const destination = await step(
    "createDestination",
    () => konnect.createDestination({ name: "Quickstart", endpoint, authorization, log_format: "cef" }),
    ({ id, log_format }) => `${id}, format ${log_format}`,
  );
  await step(
    "enableWebhook",
    () => konnect.enableWebhook(destination.id),
    ({ enabled }) => (enabled ? "the region now delivers its records there" : "not enabled"),
  );
  await step(
    "listControlPlanes",
    async () => konnect.listControlPlanes({ "page[size]": 10 }),
    ({ data }) => `${data.length} found: ${data.map(({ name }) => name).join(", ")}`,
  );
}

/** Replaces control characters, because clients choose text in a record, and terminals obey them. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "\u{FFFD}");
}

async function onLoopback(): Promise<void> {
  const server = await startKonnect();
  const authorization = "Bearer quickstart-collector";
  const collector = await startCollector(authorization);
  try {
    console.log(
      `KONNECT_TOKEN is not set: using a simulator of Konnect at ${server.url} and a local collector at ${collector.url}\n`,
    );
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
    await setUp(konnect, collector.url, authorization);
    const lines = await step(
      "receive the batch",
      () => collector.nextBatch(WAIT_MS),
      ({ length }) => `${length} records of that call`,
    );
    const verifier = createVerifier({ keys: () => konnect.getSigningKeys() });
    for (const line of lines)
      await step(
        "parse and verify",
        async () => {
          const event = parseAuditRecord(line);
          const { status, reason } = await verifier.verify(line);
          if (status !== "valid") throw new Error(`${status}: ${reason}`);
          return event;
        },
        ({ type, name }) => `${type}: ${printable(name)}, signature valid`,
      );
    console.log(`\n${printable(lines.at(-1) ?? "")}`);
  } finally {
    await Promise.all([server.close(), collector.close()]);
  }
}

async function withKonnect(): Promise<void> {
  const { SIEM_ENDPOINT: endpoint, SIEM_TOKEN: authorization } = process.env;
  if (!endpoint || !authorization) {
    throw new Error(
      "KONNECT_TOKEN is set, so SIEM_ENDPOINT and SIEM_TOKEN are required too: where to deliver the records",
    );
  }
  const konnect = new KonnectClient();
  const webhook = await konnect.api.GET("/v3/audit-log-webhook").catch(() => undefined);
  if (webhook?.data?.enabled) {
    throw new Error(
      "this region already delivers its records to another destination: disable its webhook first",
    );
  }
  await setUp(konnect, endpoint, authorization);
  await step(
    "getWebhook",
    () => konnect.api.GET("/v3/audit-log-webhook"),
    ({ data }) => JSON.stringify(data),
  );
  console.log(
    "\nThe records of these calls arrive in your SIEM, usually within a minute. Search for KongInc there.",
  );
}

try {
  await (process.env.KONNECT_TOKEN ? withKonnect() : onLoopback());
} catch (error) {
  console.error(`\nThe quickstart failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
