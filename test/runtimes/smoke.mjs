// What every runtime has to do, from the installed package.
import { createVerifier, KonnectClient, parseAuditRecord } from "konnect-audit-logs";
import { readAuditRecords } from "konnect-audit-logs/records";
import { wasmEngine } from "konnect-audit-logs/wasm";

/** Parses the three formats, verifies, and calls the simulator. Returns what it found. */
export async function smoke({ lines, jwks, jwksUrl, baseUrl, token }) {
  const types = Object.values(lines).map((line) => parseAuditRecord(line).type);
  const fixed = createVerifier({ keys: jwks });
  const fetched = createVerifier({ keys: jwksUrl });
  const statuses = [];
  for (const line of Object.values(lines)) {
    statuses.push((await fixed.verify(line)).status, (await fetched.verify(line)).status);
    statuses.push((await fixed.verify(line.replace(/list/, "edit"))).status);
  }
  let read = 0;
  for await (const { event } of readAuditRecords(new Blob([Object.values(lines).join("\n")]).stream()))
    if (event) read++;
  let verified = 0;
  for await (const { verification } of fixed.verifyAll(Object.values(lines)))
    if (verification.status === "valid") verified++;
  const engine = wasmEngine();
  const fast = createVerifier({ keys: jwks, engine });
  const fastStatuses = [];
  for (const line of Object.values(lines))
    fastStatuses.push(
      (await fast.verify(line)).status,
      (await fast.verify(line.replace(/list/, "edit"))).status,
    );
  const konnect = new KonnectClient({ baseUrl, token });
  const planes = [];
  for await (const { name } of konnect.listControlPlanes()) planes.push(name);
  const refused = await new KonnectClient({ baseUrl, token: "wrong" })
    .getWebhook()
    .catch(({ code, status }) => `${code} ${status}`);
  return { types, statuses, read, verified, planes, refused, engine: engine.isActive, fastStatuses };
}
