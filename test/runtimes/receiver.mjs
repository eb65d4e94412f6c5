// The receiver as a fetch handler, for runtimes that have Node's modules.
import { createReceiver } from "konnect-audit-logs/receiver";
import { createVerifier } from "konnect-audit-logs/signature";

/** Delivers a gzip batch to `receiver.fetch`. Returns the statuses of responses and records. */
export async function receive({ lines, jwks }) {
  const seen = [];
  const receiver = createReceiver({
    authorization: "Bearer runtime",
    verifier: createVerifier({ keys: jwks }),
    logger: false,
    onBatch({ records }) {
      for (const { id, event, verification } of records)
        seen.push(`${id.length} ${event.type} ${verification.status}`);
    },
  });
  const gzip = new Blob([Object.values(lines).join("\n")])
    .stream()
    .pipeThrough(new CompressionStream("gzip"));
  const body = await new Response(gzip).arrayBuffer();
  const deliver = async (authorization) => {
    const headers = { authorization, "content-encoding": "application/gzip" };
    return (await receiver.fetch(new Request("http://receiver/", { method: "POST", headers, body }))).status;
  };
  const statuses = [await deliver("Bearer runtime"), await deliver("Bearer other")];
  return { statuses, seen };
}
