import { extractSignature, KonnectApiError, KonnectClient, parseCef } from "konnect-audit-logs";
import { CefSyntaxError, formatCef } from "konnect-audit-logs/records";
import { extractSignature as extract } from "konnect-audit-logs/signature";
import { startKonnect } from "konnect-audit-logs/testing";

const server = await startKonnect({ controlPlanes: ["one", "two"] });
const konnect = new KonnectClient({
  baseUrl: server.url,
  token: async () => server.token,
  retry: { retries: 1 },
});
const input = { name: "x", endpoint: "http://127.0.0.1:9/", authorization: "x", log_format: "cef" };
const { id } = await konnect.createDestination(input, {
  timeoutMs: 5_000,
  signal: new AbortController().signal,
});
const enabled = (await konnect.enableWebhook(id)).enabled;
const planes = [];
for await (const plane of konnect.listControlPlanes({ "page[size]": 1, filter: { name: { neq: "none" } } }))
  planes.push(plane);
const { data } = await konnect.api.GET("/v2/control-planes", { params: { query: { "page[size]": 1 } } });
const total = data?.meta.page.total;
try {
  await konnect.listControlPlanes({ filter: { id: { like: "x" } } });
} catch (error) {
  if (!(error instanceof KonnectApiError && error.code === "api" && error.status === 400)) throw error;
}
await server.close();

const record = parseCef(
  "2025-06-18T21:02:36Z konghq.com CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|1|action=list sig=AA",
);
const action = record.extensions.action;
const payload = extract(new TextEncoder().encode(formatCef(record)))?.signedPayload;
const text = extractSignature(formatCef(record))?.signedPayload;
let reason = "";
try {
  parseCef("no CEF");
} catch (error) {
  if (error instanceof CefSyntaxError) reason = error.reason;
}

console.log(
  JSON.stringify({
    enabled,
    planes: planes.map(({ name }) => name),
    total,
    action,
    reason,
    text: text === new TextDecoder().decode(payload),
  }),
);
