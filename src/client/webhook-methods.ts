import type { ReplayWindow, UpdateWebhookInput } from "./api/requests.js";
import * as inputs from "./api/requests.js";
import type { PortalWebhook, ReplayJob, WebhookStatus } from "./api/responses.js";
import * as answers from "./api/responses.js";
import { check } from "./api/validate.js";
import type { Call } from "./http/operation.js";
import type { Clock } from "./http/server-clock.js";
import type { CallOptions } from "./options.js";

/** What the calls below are sent with. */
export interface WebhookContext {
  call: Call;
  clock: Clock;
  /** Absent for the region itself. */
  portalId?: string | undefined;
}

/** The calls that a region and a Dev Portal share: the webhook, its status and its replay job. */
export abstract class WebhookCalls<W extends PortalWebhook> {
  readonly #context: WebhookContext;

  constructor(context: WebhookContext) {
    this.#context = context;
  }

  /**
   * Gets the webhook. `GET /v3/audit-log-webhook`
   *
   * Of one that nobody configured Konnect answers 404, or an empty `audit_log_destination_id`.
   */
  async getWebhook(options: CallOptions = {}): Promise<W> {
    return this.#send("GET", "audit-log-webhook", { answer: answers.anObject }, options);
  }

  /** Starts delivery of records to a destination. `PATCH /v3/audit-log-webhook` */
  async enableWebhook(destinationId: string, options: CallOptions = {}): Promise<W> {
    const what = "enableWebhook: destinationId";
    const audit_log_destination_id = check<string>(inputs.id, destinationId, "invalid_input", what);
    return this.#patch({ audit_log_destination_id, enabled: true }, options);
  }

  /** Stops delivery, and keeps the destination. Records of that time come back by a replay only. `PATCH /v3/audit-log-webhook` */
  async disableWebhook(options: CallOptions = {}): Promise<W> {
    return this.#patch({ enabled: false }, options);
  }

  /** Changes the members that are given. `PATCH /v3/audit-log-webhook` */
  async updateWebhook(input: UpdateWebhookInput, options: CallOptions = {}): Promise<W> {
    return this.#patch(check(inputs.updateWebhookInput, input, "invalid_input", "updateWebhook"), options);
  }

  /** Stops delivery, and lets go of the destination. `DELETE /v3/audit-log-webhook` */
  async deleteWebhook(options: CallOptions = {}): Promise<void> {
    return this.#send("DELETE", "audit-log-webhook", {}, options);
  }

  /**
   * Tells whether delivery works, and how its last attempt ended. `GET /v3/audit-log-webhook/status`
   *
   * `webhook_enabled` with `webhook_status: "inactive"` means that records are not arriving.
   */
  async getWebhookStatus(options: CallOptions = {}): Promise<WebhookStatus> {
    const answer = answers.anObject;
    const status = await this.#send<WebhookStatus>("GET", "audit-log-webhook/status", { answer }, options);
    return answers.withoutZeroTimes(status);
  }

  /**
   * Has the records of a window delivered again, seven days back at most. `PUT /v3/audit-log-replay-job`
   *
   * They go to the webhook as it is then. A job that still runs answers 409; `waitForReplay` waits it out.
   *
   * @example
   * ```ts
   * await konnect.startReplay({ start_at: new Date(Date.now() - 3_600_000), end_at: "2026-11-25T18:00:00Z" });
   * ```
   */
  async startReplay(window: ReplayWindow, options: CallOptions = {}): Promise<ReplayJob> {
    const body = inputs.replayBody(window, this.#context.clock);
    return this.#job("PUT", { body }, options);
  }

  /** Tells how the replay job stands; `unconfigured` before the first. `GET /v3/audit-log-replay-job` */
  async getReplay(options: CallOptions = {}): Promise<ReplayJob> {
    return this.#job("GET", {}, options);
  }

  async #job(method: "GET" | "PUT", request: { body?: object }, options: CallOptions): Promise<ReplayJob> {
    const answer = answers.anObject;
    return answers.withoutZeroTimes(
      await this.#send<ReplayJob>(method, "audit-log-replay-job", { ...request, answer }, options),
    );
  }

  async #patch(body: object, options: CallOptions): Promise<W> {
    return this.#send("PATCH", "audit-log-webhook", { body, answer: answers.anObject }, options);
  }

  async #send<T>(
    method: "GET" | "PUT" | "PATCH" | "DELETE",
    resource: "audit-log-webhook" | "audit-log-webhook/status" | "audit-log-replay-job",
    request: Pick<Parameters<Call>[1], "body" | "answer">,
    options: CallOptions,
  ): Promise<T> {
    const { call, portalId } = this.#context;
    if (portalId === undefined)
      return call(`${method} /v3/${resource}` as "GET /v3/audit-log-webhook", request, options);
    const path = { portalId: check<string>(inputs.portalId, portalId, "invalid_input", "portal") };
    const operation = `${method} /v3/portals/{portalId}/${resource}`;
    return call(operation as "GET /v3/portals/{portalId}/audit-log-webhook", { ...request, path }, options);
  }
}

/**
 * The webhook of one Dev Portal; its methods are those of the region's, at `/v3/portals/{portalId}/...`.
 * Only authentication records come this way.
 */
export class PortalClient extends WebhookCalls<PortalWebhook> {}
