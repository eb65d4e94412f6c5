import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type AuditRecord, writeRecord } from "../audit-record.js";
import { Delivery } from "./delivery.js";
import { type Answer, Problem } from "./problem.js";
import { type ApiRequest, access, authentication, authorization, newTraceId } from "./records.js";
import { routes } from "./routes.js";
import { State } from "./state.js";

/** How a server of {@link startKonnect} behaves. */
export interface StartKonnectOptions {
  /** The only token it takes. Default: a random one. */
  token?: string;
  /** Names of the control planes it has. Default: `["default", "staging", "production"]`. */
  controlPlanes?: readonly string[];
  /** Makes access records of requests that only read, too. Default `false`, as Konnect's documentation has it. */
  accessRecordsOfReads?: boolean;
  /** Name of the compression: `gzip` (default), or `application/gzip` as Konnect's documentation has it. */
  contentEncoding?: "gzip" | "application/gzip";
  /** Form of `trace_id`: 32 hex digits (default), or the older number beyond 2^53. */
  traceId?: "hex" | "decimal";
  /** What the waits of delivery are multiplied with: 0.001 makes its second a millisecond. Default 1. */
  timeScale?: number;
}

/** A Konnect on loopback. */
export interface KonnectServer {
  /** Its address, for `baseUrl`. */
  url: string;
  /** The token it takes. */
  token: string;
  /** Ends deliveries and connections; resolved when nothing is open any more. */
  close(): Promise<void>;
}

/** The most bytes it reads of a request. */
const MAX_BODY = 2 ** 20;

/**
 * Starts a Konnect of one's own on 127.0.0.1: it keeps destinations, the webhook and control planes, makes signed
 * audit records of the requests it gets, and delivers them to the enabled destination as the real one does.
 * It sends nothing to an address outside loopback.
 *
 * @example
 * ```ts
 * const server = await startKonnect({ timeScale: 0.001 });
 * const konnect = new KonnectClient({ baseUrl: server.url, token: server.token });
 * // ...
 * await server.close();
 * ```
 */
export async function startKonnect(options: StartKonnectOptions = {}): Promise<KonnectServer> {
  const token = options.token ?? `kpat_${randomBytes(24).toString("base64url")}`;
  const state = new State(options.controlPlanes ?? ["default", "staging", "production"]);
  const { contentEncoding = "gzip", timeScale = 1 } = options;
  const delivery = new Delivery({ contentEncoding, timeScale });
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing, { state, token, delivery, options }).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= Promise.all([delivery.close(), closeServer(server)]).then(() => {});
    return closed;
  };
  return { url: `http://127.0.0.1:${port}`, token, close };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

interface Context {
  state: State;
  token: string;
  delivery: Delivery;
  options: StartKonnectOptions;
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse, context: Context): Promise<void> {
  const { state, options, token } = context;
  const { pathname: path, searchParams: query } = new URL(incoming.url ?? "/", "http://konnect");
  const at = Date.now();
  const request: ApiRequest = {
    at,
    method: incoming.method ?? "GET",
    path,
    query,
    source: incoming.socket.remoteAddress ?? "",
    userAgent: incoming.headers["user-agent"] ?? "",
    traceId: newTraceId(options.traceId ?? "hex", at),
    route: routes.find((route) => route.method === incoming.method && route.path === path),
    isAuthentic: incoming.headers.authorization === `Bearer ${token}`,
    status: 200,
  };
  // Asked before the request takes effect: the change that enables the webhook makes no record itself.
  const destination = state.activeDestination();
  const { status, body } = await answer(incoming, request, state);
  request.status = status;
  if (destination !== undefined && request.route?.isPublic !== true) {
    for (const record of recordsOf(request, context)) {
      context.delivery.add(destination, writeRecord(record, destination.log_format, state.signer));
    }
  }
  const type = status < 400 ? "application/json" : "application/problem+json";
  outgoing.writeHead(status, { "content-type": type }).end(JSON.stringify(body));
}

async function answer(incoming: IncomingMessage, request: ApiRequest, state: State): Promise<Answer> {
  try {
    const body = await readBody(incoming);
    const { route, isAuthentic, query } = request;
    if (!isAuthentic && route?.isPublic !== true) throw new Problem(401, "Unauthorized");
    if (route === undefined) throw new Problem(404, "Not found");
    return route.handle(state, { query, body });
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem(500, "An unexpected error occurred");
    return { status: problem.status, body: problem.toBody(String(request.traceId)) };
  }
}

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Problem(413, `A request has at most ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    throw new Problem(400, "The body is no JSON");
  }
}

function recordsOf(request: ApiRequest, { state, token, options }: Context): AuditRecord[] {
  const records = [authentication(state, request, token.startsWith("spat_") ? "SPAT" : "PAT")];
  if (request.isAuthentic && request.route !== undefined) records.push(authorization(state, request));
  if (request.method !== "GET" || options.accessRecordsOfReads === true) records.push(access(state, request));
  return records;
}
