import type { Client } from "openapi-fetch";
import type { paths } from "./api/generated.js";
import type {
  CreateDestinationInput,
  ListAuditLogsQuery,
  ListControlPlanesQuery,
  ListDestinationsQuery,
  UpdateDestinationInput,
} from "./api/requests.js";
import * as inputs from "./api/requests.js";
import type {
  AuditLog,
  AuditLogPage,
  ControlPlane,
  ControlPlanePage,
  Destination,
  DestinationPage,
  SigningKeys,
  Webhook,
} from "./api/responses.js";
import * as answers from "./api/responses.js";
import { check } from "./api/validate.js";
import { call } from "./http/operation.js";
import { Transport } from "./http/transport.js";
import { type CallOptions, type KonnectClientOptions, resolveOptions } from "./options.js";
import {
  checkControlPlanesEnd,
  fetchAuditLogs,
  fetchControlPlanes,
  fetchDestinations,
} from "./pagination/fetch-page.js";
import { Pages } from "./pagination/pages.js";
import { PortalClient, WebhookMethods } from "./webhook-methods.js";

/**
 * Calls Kong Konnect's audit-log API.
 *
 * Every method takes {@link CallOptions} as its last argument and fails by rejection with a {@link KonnectError}.
 *
 * @example
 * ```ts
 * const konnect = new KonnectClient({ token: process.env.MY_TOKEN, region: "us" });
 * const destination = await konnect.createDestination({
 *   name: "SIEM", endpoint: "https://siem.example.com/logs", authorization: "Bearer x", log_format: "cef",
 * });
 * await konnect.enableWebhook(destination.id);
 * ```
 */
export class KonnectClient extends WebhookMethods<Webhook> {
  /**
   * The typed openapi-fetch client with the same credential, retries, time limit and errors, for what has no method
   * here. An answer that is no success is thrown, not returned as `error`; a call that names another host is refused.
   */
  readonly api: Client<paths>;
  readonly #transport: Transport;
  readonly #destinationsApi: "v2" | "v3";

  /**
   * Creates a client. Sends nothing.
   *
   * @param options defaults come from `KONNECT_TOKEN`, and from `KONNECT_REGION` or `KONNECT_CONTROL_PLANE_URL`
   * @throws {@link KonnectError} `invalid_options`, naming the option or the environment variable to set
   */
  constructor(options: KonnectClientOptions = {}) {
    const resolved = resolveOptions(options);
    const transport = new Transport(resolved);
    super({ transport, webhook: answers.webhook });
    this.api = transport.api;
    this.#transport = transport;
    this.#destinationsApi = resolved.destinationsApi;
  }

  /**
   * Creates a destination: where records are to go. `POST /v2/audit-log-destinations`
   *
   * Sent again only when it surely had no effect; an error says so where that is unknown.
   */
  async createDestination(input: CreateDestinationInput, options: CallOptions = {}): Promise<Destination> {
    const body = check(inputs.createDestinationInput, input, "invalid_input", "createDestination");
    const operation = `POST /${this.#destinationsApi}/audit-log-destinations` as const;
    return answers.withoutZeroTimes(
      await call(this.#transport, operation, { body, answer: answers.destination }, options),
    );
  }

  /**
   * Lists destinations: one page when awaited, all of them when iterated. `GET /v2/audit-log-destinations`
   *
   * @param query `name` (exactly this), or `filter: { name: { contains } }`; `"page[size]"`
   */
  listDestinations(
    query: ListDestinationsQuery = {},
    options: CallOptions = {},
  ): Pages<DestinationPage, Destination> {
    const operation = `GET /${this.#destinationsApi}/audit-log-destinations` as const;
    return new Pages(
      (next, signal) =>
        fetchDestinations(this.#transport, operation, next ?? query, withSignal(options, signal)),
      options?.signal,
    );
  }

  /** Gets one destination. `GET /v2/audit-log-destinations/{id}` */
  async getDestination(id: string, options: CallOptions = {}): Promise<Destination> {
    return this.#destination("GET", id, "getDestination", undefined, options);
  }

  /** Changes the members that are given. `PATCH /v2/audit-log-destinations/{id}` */
  async updateDestination(
    id: string,
    input: UpdateDestinationInput,
    options: CallOptions = {},
  ): Promise<Destination> {
    const body = check(inputs.updateDestinationInput, input, "invalid_input", "updateDestination");
    return this.#destination("PATCH", id, "updateDestination", body, options);
  }

  /**
   * Deletes a destination. `DELETE /v2/audit-log-destinations/{id}`
   *
   * Konnect answers 409 while a webhook names it, and for a moment after; `teardown` waits that out.
   */
  async deleteDestination(id: string, options: CallOptions = {}): Promise<void> {
    const path = { id: check(inputs.id, id, "invalid_input", "deleteDestination: id") };
    return call(
      this.#transport,
      `DELETE /${this.#destinationsApi}/audit-log-destinations/{id}`,
      { path },
      options,
    );
  }

  /**
   * Lists control planes: one page when awaited, all of them when iterated with `for await`. `GET /v2/control-planes`
   *
   * @param query Konnect's own names: `"page[size]"`, `"page[number]"` (from 1), `filter`, `labels`, `sort`
   */
  listControlPlanes(
    query: ListControlPlanesQuery = {},
    options: CallOptions = {},
  ): Pages<ControlPlanePage, ControlPlane> {
    return new Pages(
      (next, signal) => fetchControlPlanes(this.#transport, next ?? query, withSignal(options, signal)),
      options?.signal,
      checkControlPlanesEnd,
    );
  }

  /**
   * Pulls audit records: one page when awaited, every record when iterated. `GET /v3/audit-logs`
   *
   * Told apart by `type`; those of a kind unknown here have `type: "unknown"` and stand whole in `original`. Konnect
   * switches pulling on for one organization after the other: a 403 or 404 can mean that yours has to wait.
   *
   * @example
   * ```ts
   * for await (const log of konnect.listAuditLogs({ type: "authorization", since: "2026-11-01T00:00:00Z" }))
   *   if (log.type === "authorization" && !log.granted) console.log(log.principal_id, log.action, log.resource);
   * ```
   */
  listAuditLogs(query: ListAuditLogsQuery = {}, options: CallOptions = {}): Pages<AuditLogPage, AuditLog> {
    return new Pages(
      (next, signal) => fetchAuditLogs(this.#transport, next ?? query, withSignal(options, signal)),
      options?.signal,
    );
  }

  /** Gets the public keys that verify signatures; sends no credential. `GET /v2/audit-log-webhook/jwks.json` */
  async getSigningKeys(options: CallOptions = {}): Promise<SigningKeys> {
    return call(
      this.#transport,
      "GET /v2/audit-log-webhook/jwks.json",
      { answer: answers.signingKeys },
      options,
    );
  }

  /** The webhook, its status and its replay job of one Dev Portal. */
  portal(portalId: string): PortalClient {
    return new PortalClient({ transport: this.#transport, webhook: answers.webhook, portalId });
  }

  /**
   * Konnect's time in ms since the epoch, by the `Date` of its last answer and the time since; undefined before the
   * first. It is the end of that second: nothing that has happened by Konnect's clock is behind it.
   */
  now(): number | undefined {
    return this.#transport.clock.now();
  }

  async #destination(
    method: "GET" | "PATCH",
    id: string,
    name: string,
    body: object | undefined,
    options: CallOptions,
  ): Promise<Destination> {
    const path = { id: check(inputs.id, id, "invalid_input", `${name}: id`) };
    const operation = `${method} /${this.#destinationsApi}/audit-log-destinations/{id}` as const;
    const request = { path, answer: answers.destination, ...(body && { body }) };
    return answers.withoutZeroTimes(await call(this.#transport, operation, request, options));
  }
}

/** The options of a call, with the signal that also ends a walk over pages. */
function withSignal(options: CallOptions, signal: AbortSignal | undefined): CallOptions {
  return signal === undefined ? options : { ...options, signal };
}
