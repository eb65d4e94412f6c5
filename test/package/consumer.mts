import {
  type ControlPlane,
  extractSignature,
  KonnectApiError,
  KonnectClient,
  parseCef,
} from "konnect-audit-logs";
import { CefSyntaxError, formatCef } from "konnect-audit-logs/records";
import { extractSignature as extract } from "konnect-audit-logs/signature";
import { type KonnectServer, startKonnect } from "konnect-audit-logs/testing";

const server: KonnectServer = await startKonnect({ controlPlanes: ["one", "two"] });
const konnect = new KonnectClient({
  baseUrl: server.url,
  token: async () => server.token,
  retry: { retries: 1 },
});
const input = { name: "x", endpoint: "http://127.0.0.1:9/", authorization: "x", log_format: "cef" } as const;
const { id } = await konnect.createDestination(input, {
  timeoutMs: 5_000,
  signal: new AbortController().signal,
});
const enabled: boolean = (await konnect.enableWebhook(id)).enabled;
const planes: ControlPlane[] = [];
for await (const plane of konnect.listControlPlanes({ "page[size]": 1, filter: { name: { neq: "none" } } }))
  planes.push(plane);
const { data } = await konnect.api.GET("/v2/control-planes", { params: { query: { "page[size]": 1 } } });
const total: number | undefined = data?.meta.page.total;
try {
  await konnect.listControlPlanes({ filter: { id: { like: "x" } } as object });
} catch (error) {
  if (!(error instanceof KonnectApiError && error.code === "api" && error.status === 400)) throw error;
}
await server.close();

const record = parseCef(
  "2025-06-18T21:02:36Z konghq.com CEF:0|KongInc|Konnect|1.0|konnect|Authz.usage|1|action=list sig=AA",
);
const action: string | undefined = record.extensions.action;
const payload: Uint8Array | undefined = extract(new TextEncoder().encode(formatCef(record)))?.signedPayload;
const text: string | undefined = extractSignature(formatCef(record))?.signedPayload;
let reason = "";
try {
  parseCef("no CEF");
} catch (error) {
  if (error instanceof CefSyntaxError) reason = error.reason;
}

// Types hold what is wrong: each of these must be an error for the compiler, and none is run.
export function wrong(): void {
  // @ts-expect-error there is no such format
  void konnect.createDestination({ ...input, log_format: "xml" });
  // @ts-expect-error an id is text
  void konnect.enableWebhook(7);
  // @ts-expect-error there is no such option
  void new KonnectClient({ tokn: "x" });
  // @ts-expect-error a value may be missing
  record.extensions.action.length;
  // @ts-expect-error a line is text
  parseCef(new Uint8Array());
  // @ts-expect-error there is no such path
  void konnect.api.GET("/v2/nothing");
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
