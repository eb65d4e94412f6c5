import { Agent, createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { createReceiver } from "konnect-audit-logs/receiver";
import { auditRecords } from "konnect-audit-logs/testing";
import { PRIVATE } from "../cli/src/archive/files.js";
import { openJetStreamSink } from "../cli/src/jetstream/sink.js";
import { createLog } from "../cli/src/output/log.js";
import { hasNats, startNats } from "../test/support/nats.js";
import { interleaved, rate, ratio, row } from "./rounds.js";

const RECORDS = 500;
const BATCHES = 20;
const context = { log: createLog({ quiet: true }), signal: new AbortController().signal, endsWell() {} };
const sinkOptions = { stream: {}, state: ".", modes: PRIVATE };

/** Records a second from gzip batch to acknowledged message, beside publishing the same payloads with the client alone. */
export async function benchJetStream(rounds: number): Promise<void> {
  if (!hasNats) return console.log("no nats-server on this machine: the path to JetStream is not measured");
  const nats = await startNats();
  let seed = 0;
  /** Records that the stream has not seen, or they would be dropped. */
  const fresh = () => Array.from({ length: BATCHES }, () => [...auditRecords(RECORDS, { seed: seed++ })]);
  const connection = await connect({ servers: nats.url });
  const client = jetstream(connection);
  const alone = async () => {
    const batches = fresh();
    return rate(async () => {
      for (const lines of batches)
        await Promise.all(
          lines.map((line, i) =>
            client.publish("konnect.audit.bench.x", line, { msgID: `${seed}-${i}-${line.slice(-40)}` }),
          ),
        );
      return BATCHES * RECORDS;
    });
  };
  const through = async (receivers: number) => {
    const sinks = await Promise.all(
      Array.from({ length: receivers }, () =>
        openJetStreamSink({ ...sinkOptions, servers: [nats.url] }, context),
      ),
    );
    const servers = await Promise.all(
      sinks.map(async (sink) => {
        const receiver = createReceiver({
          authorization: "x",
          async onBatch({ records }) {
            await sink.append(records);
          },
        });
        const server = createServer(receiver.handler);
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return server;
      }),
    );
    const bodies = fresh().map((lines) => gzipSync(lines.join("\n")));
    const agent = new Agent({ keepAlive: true });
    const send = (body: Buffer, port: number) =>
      new Promise<void>((resolve, reject) => {
        const headers = { authorization: "x", "content-encoding": "gzip" };
        const request = httpRequest(
          { host: "127.0.0.1", port, method: "POST", agent, headers },
          (response) => {
            response.resume();
            response.on("end", () =>
              response.statusCode === 204 ? resolve() : reject(new Error(`${response.statusCode}`)),
            );
          },
        );
        request.on("error", reject);
        request.end(body);
      });
    const result = await rate(async () => {
      await Promise.all(
        servers.map(async (server) => {
          const { port } = server.address() as AddressInfo;
          for (let body = bodies.shift(); body !== undefined; body = bodies.shift()) await send(body, port);
        }),
      );
      return BATCHES * RECORDS;
    });
    agent.destroy();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    for (const sink of sinks) await sink.close();
    return result;
  };
  await openJetStreamSink({ ...sinkOptions, servers: [nats.url] }, context).then((sink) => sink.close());
  const results = await interleaved(
    { alone, one: () => through(1), two: () => through(2), four: () => through(4) },
    rounds,
  );
  for (const count of ["one", "two", "four"])
    row(
      `gzip batch to acknowledged message, ${count}`,
      "publishing with the NATS client alone",
      ratio(results[count]!, results.alone!),
    );
  await connection.close();
  await nats.close();
}
