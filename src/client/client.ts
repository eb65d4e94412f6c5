import type { Client } from "openapi-fetch";
import type { JsonWebKeySet } from "../shared/json-web-key.js";
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
  Webhook,
} from "./api/responses.js";
import * as answers from "./api/responses.js";
import { check } from "./api/validate.js";
import { dataOf } from "./http/operation.js";
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
import { portalRoutes, regionRoutes } from "./webhook-routes.js";

/**
 * A client of Kong Konnect's audit-log API.
 *
 * Every method takes {@link CallOptions} as its last argument. Methods reject with a {@link KonnectError}; they never throw
 * synchronously.
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
   * The typed openapi-fetch client, for operations that have no method here. It uses the same credential, retries, time limit
   * and errors. It throws for an error status instead of returning `error`, and rejects calls to another host.
   */
  readonly api: Client<paths>;
  readonly #transport: Transport;
  readonly #destinationsApiVersion: "v2" | "v3";

  /**
   * Creates a client. Sends nothing.
   *
   * @param options defaults come from `KONNECT_TOKEN`, and from `KONNECT_REGION` or `KONNECT_CONTROL_PLANE_URL`
   * @throws {@link KonnectError} `invalid_options`, naming the option or the environment variable to set
   */
  constructor(options: KonnectClientOptions = {}) {
    const resolved = resolveOptions(options);
    const transport = new Transport(resolved);
    super({ transport, webhook: answers.webhook, routes: () => regionRoutes(transport.api) });
    this.api = transport.api;
    this.#transport = transport;
    this.#destinationsApiVersion = resolved.destinationsApiVersion;
  }

  /**
   * Creates a destination. `POST /v2/audit-log-destinations`
   *
   * Retried only if the failed attempt had no effect. Otherwise the error says that it may have taken effect.
   */
  async createDestination(input: CreateDestinationInput, options: CallOptions = {}): Promise<Destination> {
    const body = check(inputs.createDestinationInput, input, "invalid_input", "createDestination");
    const call = this.api.POST(`/${this.#destinationsApiVersion}/audit-log-destinations`, {
      body,
      ...this.#transport.with(options),
    });
    return answers.withoutZeroTimes(await dataOf("createDestination", answers.destination, call));
  }

  /**
   * Lists destinations: one page if you await it, all of them if you iterate over it. `GET /v2/audit-log-destinations`
   *
   * @param query an exact `name`, or `filter: { name: { contains } }`; `"page[size]"`
   */
  listDestinations(
    query: ListDestinationsQuery = {},
    options: CallOptions = {},
  ): Pages<DestinationPage, Destination> {
    const path = `/${this.#destinationsApiVersion}/audit-log-destinations` as const;
    return new Pages(
      (next, signal) => fetchDestinations(this.#transport, path, next ?? query, withSignal(options, signal)),
      options?.signal,
    );
  }

  /** Gets one destination. `GET /v2/audit-log-destinations/{id}` */
  async getDestination(id: string, options: CallOptions = {}): Promise<Destination> {
    const call = this.api.GET(`/${this.#destinationsApiVersion}/audit-log-destinations/{id}`, {
      params: { path: { id: checkedId("getDestination", id) } },
      ...this.#transport.with(options),
    });
    return answers.withoutZeroTimes(await dataOf("getDestination", answers.destination, call));
  }

  /** Changes the given members. `PATCH /v2/audit-log-destinations/{id}` */
  async updateDestination(
    id: string,
    input: UpdateDestinationInput,
    options: CallOptions = {},
  ): Promise<Destination> {
    const body = check(inputs.updateDestinationInput, input, "invalid_input", "updateDestination");
    const call = this.api.PATCH(`/${this.#destinationsApiVersion}/audit-log-destinations/{id}`, {
      params: { path: { id: checkedId("updateDestination", id) } },
      body,
      ...this.#transport.with(options),
    });
    return answers.withoutZeroTimes(await dataOf("updateDestination", answers.destination, call));
  }

  /**
   * Deletes a destination. `DELETE /v2/audit-log-destinations/{id}`
   *
   * Konnect answers 409 while a webhook uses it, and for a moment after; `teardown` waits until it is free.
   */
  async deleteDestination(id: string, options: CallOptions = {}): Promise<void> {
    await this.api.DELETE(`/${this.#destinationsApiVersion}/audit-log-destinations/{id}`, {
      params: { path: { id: checkedId("deleteDestination", id) } },
      ...this.#transport.with(options),
    });
  }

  /**
   * Lists control planes: one page if you await it, all of them if you iterate over it with `for await`. `GET /v2/control-planes`
   *
   * @param query Konnect's names: `"page[size]"`, `"page[number]"` (from 1), `filter`, `labels`, `sort`
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
   * Pulls audit records: one page if you await it, every record if you iterate over it. `GET /v3/audit-logs`
   *
   * Narrow a record by its `type`. A record of an unknown kind has `type: "unknown"`, and is in `original`. A 403 or 404 can
   * mean that Konnect has not enabled pulling for your organization yet.
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

  /** Gets the public keys that verify signatures. Sends no credential. `GET /v2/audit-log-webhook/jwks.json` */
  async getSigningKeys(options: CallOptions = {}): Promise<JsonWebKeySet> {
    const call = this.api.GET("/v2/audit-log-webhook/jwks.json", this.#transport.with(options));
    return dataOf("getSigningKeys", answers.signingKeys, call);
  }

  /** The methods of a Dev Portal: its webhook, status and replay job. Sends nothing. */
  portal(portalId: string): PortalClient {
    const routes = () => portalRoutes(this.api, check(inputs.portalId, portalId, "invalid_input", "portal"));
    return new PortalClient({ transport: this.#transport, webhook: answers.webhook, routes });
  }

  /**
   * Konnect's time in ms since the epoch, from the `Date` of its last response and the time since. It is the end of that second, so
   * it is never earlier than Konnect's clock. Undefined before the first response. A `Date` that jumps by more than ten seconds is not
   * believed until three responses in a row agree, and is reported to the `logger`: until then the time is undefined, too.
   */
  now(): number | undefined {
    return this.#transport.clock.now();
  }
}

function checkedId(method: string, id: string): string {
  return check(inputs.id, id, "invalid_input", `${method}: id`);
}

/** The options of a call, with a signal that also ends an iteration. */
function withSignal(options: CallOptions, signal: AbortSignal | undefined): CallOptions {
  return signal === undefined ? options : { ...options, signal };
}
