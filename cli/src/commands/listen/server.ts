import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createSecureContext } from "node:tls";
import { ExitError } from "../../errors.js";
import type { Log } from "../../output/log.js";
import { sparingly } from "../../output/waiting.js";
import type { Reloader } from "../../service/reload.js";

/** Where and how `listen` listens. */
export interface ServerOptions {
  host: string;
  port: number;
  cert?: string | undefined;
  key?: string | undefined;
  maxConnections?: number | undefined;
}

/** How long headers and a TLS handshake may take, and how long a connection may be idle, in ms. */
const HEADERS = 10_000;
const IDLE = 15_000;
/** The most connections, and how many files are left for everything else. */
const CONNECTIONS = 256;
const FILES = 64;

/** A server that nobody can occupy with idle connections. Its certificate is used anew when the files change. */
export async function startServer(
  handler: RequestListener,
  options: ServerOptions,
  { log, reloader }: { log: Log; reloader: Reloader },
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = await createServer(handler, options, reloader);
  server.headersTimeout = HEADERS;
  server.keepAliveTimeout = IDLE;
  server.maxConnections = await connectionLimit(options.maxConnections);
  const say = sparingly(log.warn);
  server.on("drop", () => say(`refused a connection: ${server.maxConnections} are open (--max-connections)`));
  server.listen(options.port, options.host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw problemOf(error as NodeJS.ErrnoException, options);
  }
  const { address, port } = server.address() as AddressInfo;
  const scheme = options.cert === undefined ? "http" : "https";
  return {
    url: `${scheme}://${address.includes(":") ? `[${address}]` : address}:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function createServer(
  handler: RequestListener,
  { cert, key }: ServerOptions,
  reloader: Reloader,
): Promise<Server> {
  const times = { connectionsCheckingInterval: 1_000 };
  if (cert === undefined && key === undefined) return createHttpServer(times, handler);
  if (cert === undefined || key === undefined)
    throw new ExitError(
      2,
      "--cert and --key belong together: give both for HTTPS, or none for HTTP behind a proxy",
    );
  const server = createHttpsServer({ ...times, handshakeTimeout: HEADERS }, handler);
  await reloader.watch("the certificate", [cert, key], async () => {
    server.setSecureContext(await readTls(cert, key));
  });
  return server;
}

/** Reads a certificate and its key. @throws ExitError 2 if they cannot be used together */
async function readTls(certFile: string, keyFile: string): Promise<{ cert: Buffer; key: Buffer }> {
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  try {
    new X509Certificate(cert);
  } catch {
    const isKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(cert.toString("latin1"));
    const question = isKey ? ", but a private key: are --cert and --key exchanged?" : " in PEM";
    throw new ExitError(2, `${certFile} does not hold a certificate${question}`);
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key.toString("latin1")))
    throw new ExitError(2, `${keyFile} does not hold a private key in PEM`);
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_OSSL_X509_KEY_VALUES_MISMATCH" || /mismatch/i.test(message))
      throw new ExitError(2, `the key ${keyFile} does not belong to the certificate ${certFile}`);
    throw new ExitError(2, `${certFile} and ${keyFile} cannot be used: ${message}`);
  }
  return { cert, key };
}

/** What was asked for, or the usual limit; in any case less than the process may have open files. */
async function connectionLimit(asked: number | undefined): Promise<number> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  return Math.max(1, Math.min(asked ?? CONNECTIONS, files - FILES));
}

function problemOf(error: NodeJS.ErrnoException, { host, port }: ServerOptions): Error {
  if (error.code === "EACCES" && port < 1024)
    return new ExitError(
      2,
      `port ${port} needs more rights: choose a --port above 1023 behind a proxy, or give Node the capability (setcap cap_net_bind_service)`,
    );
  if (error.code === "ENOTFOUND" || error.code === "EAI_AGAIN")
    return new ExitError(
      2,
      `--host ${host} cannot be resolved: give an address of this machine, such as 0.0.0.0`,
    );
  if (error.code === "EADDRNOTAVAIL")
    return new ExitError(2, `--host ${host} is not an address of this machine`);
  return error;
}
