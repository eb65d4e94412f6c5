import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { check } from "../../client/api/validate.js";
import { KonnectError } from "../../errors.js";
import { SEVEN_DAYS } from "../../shared/retention.js";
import { makeRecord, newTraceId } from "../audit-record.js";
import { Random } from "../random.js";
import { checkRecordOptions } from "../record-options.js";
import { type AuditRecord, writeRecord } from "../write-record.js";
import { Delivery } from "./delivery.js";
import { Faults, hasNoEffect } from "./faults.js";
import { type Body, readBody, reply } from "./http.js";
import { type Answer, Problem } from "./problem.js";
import { type ApiRequest, access, authentication, authorization } from "./records.js";
import type { Route } from "./route.js";
import { findRoute } from "./routes.js";
import { type KonnectServer, type StartKonnectOptions, startOptions } from "./start-options.js";
import { type Channel, State } from "./state.js";

/** The states of the servers that run here. */
const states = new WeakMap<KonnectServer, State>();

/**
 * Starts a simulator of Konnect on 127.0.0.1. It manages destinations, the webhook and control planes, writes signed audit
 * records of the requests it gets, and delivers them to the enabled destination like Konnect. It connects to loopback
 * addresses only.
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
  check(startOptions, options, "invalid_options", "startKonnect");
  const token =
    options.token ?? options.organizationOf?.token ?? `kpat_${randomBytes(24).toString("base64url")}`;
  const { contentEncoding = "gzip", timeScale = 1 } = options;
  const other = options.organizationOf && states.get(options.organizationOf);
  if (options.organizationOf !== undefined && other === undefined)
    throw new KonnectError(
      "invalid_options",
      "startKonnect: organizationOf must be a server of startKonnect",
    );
  const state = new State(
    {
      controlPlanes: options.controlPlanes ?? ["default", "staging", "production"],
      portals: options.portals ?? [randomUUID()],
      uniqueNames: options.uniqueNames ?? false,
      unconfiguredWebhook: options.unconfiguredWebhook ?? "empty",
      timeScale,
      now: options.now ?? Date.now,
      readableAfterMs: options.readableAfterMs ?? (() => 0),
      retentionMs: options.retentionMs ?? SEVEN_DAYS,
      sparsePulledRecords: options.sparsePulledRecords ?? false,
    },
    other?.organization,
  );
  const faults = new Faults();
  const delivery = new Delivery({ contentEncoding, timeScale, onDelivery: options.onDelivery });
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing, { state, token, delivery, faults, options }).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= Promise.all([delivery.close(), closeServer(server)]).then(() => {});
    return closed;
  };
  const konnect: KonnectServer = {
    url: `http://127.0.0.1:${port}`,
    token,
    portals: [...state.portals.keys()],
    fault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    record(given = {}) {
      checkRecordOptions("record", given);
      const [portal] = state.portals.keys();
      const record = makeRecord(new Random(given.seed ?? randomUUID()), given.type ?? "authorization", {
        at: state.now(),
        ...(given.product === "Dev-Portal" && { portal_id: portal }),
        ...given,
      });
      state.keep(record);
      const channel = state.channelOf(record);
      const destination = channel && state.activeDestination(channel);
      if (channel !== undefined && destination !== undefined)
        delivery.add(channel, destination, [state.signer.sign(writeRecord(record, destination.log_format))]);
    },
    rotateKeys: () => state.signer.rotate(),
    settled: () => delivery.settled(),
    close,
  };
  states.set(konnect, state);
  return konnect;
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
  faults: Faults;
  options: StartKonnectOptions;
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse, context: Context): Promise<void> {
  const { state, options, token, faults } = context;
  const { pathname, searchParams: query } = new URL(incoming.url ?? "/", "http://konnect");
  const method = incoming.method ?? "GET";
  const at = state.now();
  const { route, path } = findRoute(method, pathname);
  const request: ApiRequest = {
    at,
    method,
    path: pathname,
    query,
    source: incoming.socket.remoteAddress ?? "",
    userAgent: incoming.headers["user-agent"] ?? "",
    traceId: newTraceId(options.traceId ?? "hex", at, randomBytes(8).toString("hex")),
    route,
    resource: route?.resource.replace("{id}", path.id ?? "") ?? "",
    isAuthentic: incoming.headers.authorization === `Bearer ${token}`,
    status: 200,
  };
  // Otherwise Node adds this machine's Date.
  outgoing.sendDate = false;
  if (options.sendsDate !== false) outgoing.setHeader("date", new Date(state.now()).toUTCString());
  const fault = faults.take(method, pathname);
  const body = await readBody(incoming);
  const answered =
    fault !== undefined && hasNoEffect(fault) ? { status: 200 } : work(request, { path, body }, context);
  await reply(outgoing, answered, fault, request);
}

/** Runs a request, and writes its records. */
function work(
  request: ApiRequest,
  { path, body }: { path: Record<string, string>; body: Body },
  context: Context,
): Answer {
  const { state, delivery } = context;
  // Before the request takes effect, because the request that enables the webhook is not recorded.
  const destination = state.activeDestination(state.region);
  const deliver = (channel: Channel, from: number, to: number) => {
    const target = state.activeDestination(channel);
    if (target === undefined) return;
    const lines = state
      .recordsBetween(from, to)
      .filter(({ record }) => state.channelOf(record) === channel)
      .map(({ record }) => state.signer.sign(writeRecord(record, target.log_format)));
    delivery.add(channel, target, lines);
  };
  const later = (ms: number, todo: () => void) => delivery.later(ms, todo);
  const answered = answer(request, body, (route, parsed) =>
    route.handle({ state, path, query: request.query, body: parsed, later, deliver }),
  );
  request.status = answered.status;
  if (request.route?.isPublic === true) return answered;
  for (const record of recordsOf(request, context)) {
    state.keep(record);
    if (destination !== undefined)
      delivery.add(state.region, destination, [
        state.signer.sign(writeRecord(record, destination.log_format)),
      ]);
  }
  return answered;
}

function answer(request: ApiRequest, body: Body, handle: (route: Route, body: unknown) => Answer): Answer {
  const { route, isAuthentic } = request;
  try {
    if (!isAuthentic && route?.isPublic !== true) throw new Problem(401, "Unauthorized");
    if (route === undefined) throw new Problem(404, "Not found");
    if (body.problem !== undefined) throw new Problem(400, body.problem);
    return handle(route, body.value);
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem(500, "An unexpected error occurred");
    return { status: problem.status, body: problem.toBody(String(request.traceId)) };
  }
}

function recordsOf(request: ApiRequest, { state, token, options }: Context): AuditRecord[] {
  const records = [authentication(state, request, token.startsWith("spat_") ? "SPAT" : "PAT")];
  if (request.isAuthentic && request.route !== undefined) records.push(authorization(state, request));
  if (request.method !== "GET" || options.accessRecordsOfReads === true) records.push(access(state, request));
  return records;
}
