/**
 * The whole road of an audit record: a destination, the webhook, an API call, and the signed CEF record of that call.
 *
 *   npm run quickstart                         everything on this machine, without an account
 *   KONNECT_TOKEN=... KONNECT_REGION=us \
 *   SIEM_ENDPOINT=https://... SIEM_TOKEN=... \
 *   npm run quickstart                         with the real Konnect, and your SIEM
 */
import { createVerifier, KonnectClient, parseAuditRecord } from "konnect-audit-logs";
import { startKonnect } from "konnect-audit-logs/testing";
import { startCollector } from "./collector.js";

const WAIT_MS = 10_000;
let steps = 0;

/** Runs a step, and shows what came of it. */
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

/** The tutorial's three calls. */
async function setUp(konnect: KonnectClient, endpoint: string, authorization: string): Promise<void> {
  const destination = await step(
    "createDestination",
    () => konnect.createDestination({ name: "Quickstart", endpoint, authorization, log_format: "cef" }),
    ({ id, log_format }) => `${id}, format ${log_format}`,
  );
  await step(
    "enableWebhook",
    () => konnect.enableWebhook(destination.id),
    ({ enabled }) => (enabled ? "the region's records go there from now on" : "not enabled"),
  );
  await step(
    "listControlPlanes",
    async () => konnect.listControlPlanes({ "page[size]": 10 }),
    ({ data }) => `${data.length} found: ${data.map(({ name }) => name).join(", ")}`,
  );
}

/** Terminals obey control characters, and whoever makes a request chooses the text of its record. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "\u{FFFD}");
}

/** What the line above shows well enough. */
const HEAD = new Set(
  "format raw vendor product version cefVersion eventClassId name timestamp rt".split(" "),
);

function show(field: string, value: unknown): void {
  const isEmpty =
    typeof value === "object" && !(value instanceof Date) && Object.keys(value ?? {}).length === 0;
  if (value !== undefined && !isEmpty)
    console.log(
      `    ${field.padEnd(19)} ${printable(value instanceof Date ? value.toISOString() : JSON.stringify(value))}`,
    );
}

async function onLoopback(): Promise<void> {
  const server = await startKonnect();
  const authorization = "Bearer quickstart-collector";
  const collector = await startCollector(authorization);
  try {
    console.log(
      `KONNECT_TOKEN is not set, so Konnect is played at ${server.url}, and a SIEM at ${collector.url}\n`,
    );
    const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
    await setUp(konnect, collector.url, authorization);
    const lines = await step(
      "receive the batch",
      () => collector.nextBatch(WAIT_MS),
      ({ length }) => `${length} records of the call before`,
    );
    const verifier = createVerifier({ keys: () => konnect.getSigningKeys() });
    for (const line of lines) {
      const event = await step(
        "parseAuditRecord",
        async () => parseAuditRecord(line),
        ({ type, name }) => `${type}: ${printable(name)}`,
      );
      await step(
        "verify",
        async () => {
          const verification = await verifier.verify(line);
          if (verification.status !== "valid")
            throw new Error(`${verification.status}: ${verification.reason}`);
          return verification;
        },
        ({ status, kid }) => `${status}, signed by Konnect's key ${kid}`,
      );
      console.log(`\n  ${printable(line)}\n`);
      for (const [field, value] of Object.entries(event)) if (!HEAD.has(field)) show(field, value);
      console.log();
    }
  } finally {
    await Promise.all([server.close(), collector.close()]);
  }
}

async function withKonnect(): Promise<void> {
  const { SIEM_ENDPOINT: endpoint, SIEM_TOKEN: authorization } = process.env;
  if (!endpoint || !authorization) {
    throw new Error(
      "KONNECT_TOKEN is set: say in SIEM_ENDPOINT and SIEM_TOKEN, too, where the records are to go",
    );
  }
  const konnect = new KonnectClient();
  const webhook = await konnect.api.GET("/v3/audit-log-webhook").catch(() => undefined);
  if (webhook?.data?.enabled) {
    throw new Error(
      "this region delivers its records already; they would go elsewhere: disable its webhook first",
    );
  }
  await setUp(konnect, endpoint, authorization);
  await step(
    "look at the webhook",
    () => konnect.api.GET("/v3/audit-log-webhook"),
    ({ data }) => JSON.stringify(data),
  );
  console.log(
    "\nThe records of these calls arrive in your SIEM, as a rule within a minute. Search there for KongInc.",
  );
}

try {
  await (process.env.KONNECT_TOKEN ? withKonnect() : onLoopback());
} catch (error) {
  console.error(`\nThe quickstart failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
