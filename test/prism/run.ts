/**
 * A judge that is not ours: Prism serves the OpenAPI description and refuses what does not fit it, and every method of the
 * client calls it. Exit status 1 when a request is refused or an answer cannot be read.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { KonnectClient, KonnectError } from "../../src/index.js";
import { freePort } from "../support/loopback.js";

const ID = "7f9fd312-a987-4628-b4c5-bb4f4fddd5f7";
const input = {
  name: "SIEM",
  endpoint: "https://siem.example.com/logs",
  authorization: "Splunk abc",
  log_format: "json",
  skip_ssl_verification: false,
} as const;
const DAY = 24 * 3_600_000;
// A replay reaches seven days back.
const window = {
  start_at: new Date(Date.now() - 2 * DAY),
  end_at: new Date(Date.now() - DAY).toISOString().replace("Z", "+00:00"),
};

const shared = (of: (k: KonnectClient) => Pick<KonnectClient, "getReplay">) => {
  const on = of as (k: KonnectClient) => KonnectClient;
  return {
    getWebhook: (k: KonnectClient) => on(k).getWebhook(),
    enableWebhook: (k: KonnectClient) => on(k).enableWebhook(ID),
    disableWebhook: (k: KonnectClient) => on(k).disableWebhook(),
    updateWebhook: (k: KonnectClient) =>
      on(k).updateWebhook({ audit_log_destination_id: ID, enabled: false }),
    deleteWebhook: (k: KonnectClient) => on(k).deleteWebhook(),
    getWebhookStatus: (k: KonnectClient) => on(k).getWebhookStatus(),
    startReplay: (k: KonnectClient) => on(k).startReplay(window),
    getReplay: (k: KonnectClient) => on(k).getReplay(),
  };
};
const destinations = {
  createDestination: (k: KonnectClient) => k.createDestination(input),
  listDestinations: (k: KonnectClient) => k.listDestinations({ name: "SIEM", "page[size]": 5 }),
  "listDestinations by a part": (k: KonnectClient) =>
    k.listDestinations({ filter: { name: { contains: "S" } }, "page[after]": "ewog" }),
  getDestination: (k: KonnectClient) => k.getDestination(ID),
  updateDestination: (k: KonnectClient) => k.updateDestination(ID, { name: "x", log_format: "cps" }),
  deleteDestination: (k: KonnectClient) => k.deleteDestination(ID),
};
const region = {
  ...shared((k) => k),
  listAuditLogs: (k: KonnectClient) =>
    k.listAuditLogs({
      type: "gateway_access",
      since: window.start_at,
      until: window.end_at,
      "page[size]": 1000,
    }),
  listControlPlanes: (k: KonnectClient) =>
    k.listControlPlanes({
      filter: { name: { contains: "x" }, cloud_gateway: true, id: { oeq: "a,b" } },
      labels: "env:prod",
      sort: "name desc",
      "page[size]": 5,
      "page[number]": 1,
    }),
  getSigningKeys: (k: KonnectClient) => k.getSigningKeys(),
};

const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const args = ["mock", "--errors", "-h", "127.0.0.1", "-p", `${port}`, "openapi/konnect-audit-logs.yaml"];
// Prism needs a newer Node than the SDK.
const prism = spawn("npx", ["-y", "-p", "node@24", "-p", "@stoplight/prism-cli@5.14.2", "prism", ...args], {
  stdio: ["ignore", "pipe", "inherit"],
  detached: true,
});
let failures = 0;
try {
  await listening(prism);
  for (const [version, calls] of [
    ["v2", { ...destinations, ...region }],
    ["v3", destinations],
    ["portal", shared((k) => k.portal(ID))],
  ] as const) {
    const konnect = new KonnectClient({
      baseUrl: url,
      token: "kpat_prism",
      retry: false,
      destinationsApiVersion: version === "v3" ? "v3" : "v2",
    });
    for (const [name, call] of Object.entries(calls)) {
      try {
        await call(konnect);
        console.log(`✓ ${version} ${name}`);
      } catch (error) {
        failures++;
        console.log(`✗ ${version} ${name}: ${error instanceof KonnectError ? error.message : String(error)}`);
      }
    }
  }
  // The judge itself: what does not fit has to be refused.
  const konnect = new KonnectClient({ baseUrl: url, token: "x", retry: false });
  const wrong = konnect.api.POST("/v2/audit-log-destinations", { body: { name: "x" } as never });
  const refused = await wrong.then(
    () => false,
    (error) => error.status === 422 || error.status === 400,
  );
  if (!refused) {
    failures++;
    console.log("✗ Prism took a destination without an endpoint");
  }
} finally {
  if (prism.exitCode === null) process.kill(-prism.pid!, "SIGKILL");
}
process.exit(failures === 0 ? 0 : 1);

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`Prism did not start: ${said}`)), 240_000);
    child.stdout!.on("data", (chunk) => {
      said += chunk;
      if (!said.includes("listening on")) return;
      clearTimeout(timer);
      resolve();
    });
    child.on("exit", (code) => reject(new Error(`Prism ended with ${code}: ${said}`)));
  });
}
