import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import type { ServiceOptions } from "../options/service.js";
import { type Command, createMeter, type Meter, noMeter } from "./meter.js";

/** What a service tells those who watch it. */
export interface Health {
  meter: Meter;
  /** Called when the service does its work. */
  ready(): void;
  close(): Promise<void>;
}

/** Nobody watches. */
export const noHealth: Health = { meter: noMeter, ready() {}, close: async () => {} };

/** What `/readyz` says. A full disk is no reason to be unready: an ingress would answer 503, which Konnect does not retry. */
type State = "starting" | "ready" | "draining";

/**
 * Answers `/healthz`, `/readyz` and `/metrics` on a separate port, if the options name one.
 *
 * @throws ExitError 2 if the port cannot be used
 */
export async function openHealth(
  { health, drain }: ServiceOptions,
  command: Command,
  { log, signal }: Context,
  labels: Record<string, string> = {},
): Promise<Health> {
  stopWithin(drain, signal, log.error);
  if (health === undefined) return noHealth;
  const { meter, registry, text } = await createMeter(command, labels);
  let state: State = "starting";
  signal.addEventListener("abort", () => {
    state = "draining";
  });
  const pages: Record<string, (response: ServerResponse) => void | Promise<void>> = {
    "/healthz": (response) => answer(response, 200, "ok\n"),
    "/readyz": (response) => answer(response, state === "ready" ? 200 : 503, `${state}\n`),
    "/metrics": async (response) => answer(response, 200, await text(), registry.contentType),
  };
  const server = createServer({ connectionsCheckingInterval: 1_000 }, (request, response) => {
    const page = pages[new URL(request.url ?? "/", "http://health").pathname];
    if (page === undefined) return answer(response, 404, "/healthz, /readyz and /metrics are here\n");
    if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, "GET only\n");
    Promise.resolve(page(response)).catch((error: Error) => {
      log.warn(`/metrics failed: ${error.message}`);
      response.destroy();
    });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
  server.maxConnections = 64;
  await start(server, health);
  // What it watches keeps the process alive, not the watch.
  server.unref();
  const { address, port } = server.address() as AddressInfo;
  log.info(`✓ health and metrics on http://${address.includes(":") ? `[${address}]` : address}:${port}`, {
    port,
  });
  return {
    meter,
    ready() {
      if (state === "starting") state = "ready";
    },
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function start(server: Server, { host, port }: NonNullable<ServiceOptions["health"]>): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new ExitError(2, `--health ${host}:${port} cannot be used: ${(error as Error).message}`);
  }
}

function answer(
  response: ServerResponse,
  status: number,
  body: string,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(status, { "content-type": type, "x-content-type-options": "nosniff" }).end(body);
}

/** The time beyond the drain after which the process ends in any case, in ms. */
const GRACE = 3_000;

/** Ends a process that does not stop in time. */
function stopWithin(drain: number, signal: AbortSignal, say: (text: string) => void): void {
  const begin = () =>
    setTimeout(() => {
      say("did not stop in time (--drain): what was not stored was not acknowledged");
      process.exit(3);
    }, drain + GRACE).unref();
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
}
