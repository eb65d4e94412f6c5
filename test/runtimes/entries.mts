// Every entry point has types that compile without @types/node.
import { KonnectClient } from "konnect-audit-logs";
import { createReceiver, type Receiver } from "konnect-audit-logs/receiver";
import { type AuditEvent, parseAuditRecord } from "konnect-audit-logs/records";
import { createVerifier } from "konnect-audit-logs/signature";
import { createSigner, type KonnectServer, startKonnect } from "konnect-audit-logs/testing";
import { wasmEngine } from "konnect-audit-logs/wasm";

const receiver: Receiver = createReceiver({
  authorization: "x",
  verifier: createVerifier({ keys: createSigner("x").jwks, engine: wasmEngine() }),
  onBatch({ records }) {
    for (const { bytes, text, event } of records) console.log(bytes.length, text, event?.type);
  },
});
export const respond = (request: Request): Promise<Response> => receiver.fetch(request);
export const event: AuditEvent = parseAuditRecord("x");
export const server: Promise<KonnectServer> = startKonnect();
export const konnect = new KonnectClient({ token: "x", region: "eu" });
