import { Agent, createServer, request as httpRequest, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { gunzip, gzipSync } from "node:zlib";
import { createReceiver } from "konnect-audit-logs/receiver";
import { createVerifier } from "konnect-audit-logs/signature";
import { auditRecords, createSigner } from "konnect-audit-logs/testing";
import { wasmEngine } from "konnect-audit-logs/wasm";
import { interleaved, rate, ratio, row } from "./rounds.js";

const RECORDS = 1_000;

/** Batches per second that a server accepts over this number of connections. */
async function load(
  listener: RequestListener,
  body: Buffer,
  connections: number,
  batches: number,
): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const headers = { authorization: "x", "content-encoding": "gzip", "content-length": body.length };
  const send = () =>
    new Promise<void>((resolve, reject) => {
      const request = httpRequest({ host: "127.0.0.1", port, method: "POST", agent, headers }, (response) => {
        response.resume();
        response.on("end", () =>
          response.statusCode === 204 ? resolve() : reject(new Error(`${response.statusCode}`)),
        );
      });
      request.on("error", reject);
      request.end(body);
    });
  let left = batches;
  const client = async () => {
    while (left-- > 0) await send();
  };
  const result = await rate(async () => {
    await Promise.all(Array.from({ length: connections }, client));
    return batches;
  });
  agent.destroy();
  server.closeAllConnections();
  server.close();
  return result;
}

/** What cannot be less: inflates, and splits. */
const unzip = promisify(gunzip);
const bare: RequestListener = async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = (await unzip(Buffer.concat(chunks))).toString();
  response.writeHead(text.split("\n").length === RECORDS ? 204 : 400).end();
};

export async function benchReceive(batches: number, rounds: number): Promise<void> {
  const signer = createSigner("bench");
  const lines = [...auditRecords(RECORDS, { signer })];
  const body = gzipSync(lines.join("\n"));
  const limits = { authorization: "x", maxConcurrent: 64 };
  let sink = 0;
  const ids = createReceiver({
    ...limits,
    onBatch({ records }) {
      for (const { id } of records) sink += id.length;
    },
  });
  const parsed = createReceiver({
    ...limits,
    onBatch({ records }) {
      for (const { event } of records) if (event === undefined) throw new Error("no event");
    },
  });
  for (const connections of [1, 8, 64]) {
    const results = await interleaved(
      {
        bare: () => load(bare, body, connections, batches),
        ids: () => load(ids.handler, body, connections, batches),
        parsed: () => load(parsed.handler, body, connections, batches),
      },
      rounds,
    );
    const beside = `node:http that inflates and splits, ${connections} conn.`;
    row("receiver, every id read", beside, ratio(results.ids!, results.bare!));
    row("receiver, every event read", beside, ratio(results.parsed!, results.bare!));
  }
  const verifier = createVerifier({ keys: signer.jwks });
  const verifying = createReceiver({ ...limits, verifier, requireValid: true, onBatch: () => {} });
  const fast = createVerifier({ keys: signer.jwks, engine: wasmEngine() });
  const fastVerifying = createReceiver({ ...limits, verifier: fast, requireValid: true, onBatch: () => {} });
  const few = Math.max(4, Math.floor(batches / 40));
  const many = Array.from({ length: few }, () => lines).flat();
  const results = await interleaved(
    {
      all: () =>
        rate(async () => {
          for await (const { verification } of verifier.verifyAll(many))
            if (verification.status !== "valid") throw new Error("not valid");
          return few;
        }),
      receiver: () => load(verifying.handler, body, 8, few),
      fast: () => load(fastVerifying.handler, body, 8, 4 * few),
    },
    rounds,
  );
  row("receiver, every record verified, 8 conn.", "verifyAll alone", ratio(results.receiver!, results.all!));
  row("the same with the engine", "without it", ratio(results.fast!, results.receiver!));
  if (sink === 0) throw new Error("no id was read");
}
