import { appendFile, readFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { join } from "node:path";
import { createReceiver } from "konnect-audit-logs/receiver";
import { command, variable } from "./command.js";
import { FileSink } from "./file-sink.js";
import { listen } from "./listen.js";

const help = `Receives Konnect's audit records and appends them to files, a line each. Konnect is told that a batch arrived when the
disk has it; what comes twice is kept once. Stop it with Ctrl-C or SIGTERM: it finishes what it took.

  npx tsx examples/receive-to-files.ts [--folder audit-logs] [--host 127.0.0.1] [--port 8080] [--cert FILE --key FILE]

  SIEM_TOKEN        what the destination was created with: the Authorization of each delivery

  --folder          where the files go (default: audit-logs); what was rejected goes to rejected.jsonl in it
  --host, --port    where it listens (default: 127.0.0.1, 8080); port 0: any
  --cert, --key     certificate and key in PEM: HTTPS. Konnect delivers to https:// only; without them, put a proxy in front`;

const options = {
  folder: { type: "string", default: "audit-logs" },
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "8080" },
  cert: { type: "string" },
  key: { type: "string" },
} as const;

await command(help, options, async ({ folder, host, port, cert, key }) => {
  const authorization = variable("SIEM_TOKEN");
  if ((cert === undefined) !== (key === undefined))
    throw new Error("--cert and --key belong together: give both for HTTPS, or none for HTTP behind a proxy");
  const sink = await FileSink.open({ folder });
  const receiver = createReceiver({
    authorization,
    onBatch: ({ records }) => sink.append(records),
    async onRejected({ reason, problem, receivedAt, body }) {
      const line = { receivedAt, reason, problem, body: body && Buffer.from(body).toString("base64") };
      await appendFile(join(folder, "rejected.jsonl"), `${JSON.stringify(line)}\n`, { flush: true });
    },
  });
  const tls =
    cert !== undefined && key !== undefined
      ? { cert: await readFile(cert), key: await readFile(key) }
      : undefined;
  const server = tls ? createHttpsServer(tls, receiver.handler) : createHttpServer(receiver.handler);
  await listen(server, receiver, { host, port, scheme: tls ? "https" : "http", close: () => sink.close() });
});
