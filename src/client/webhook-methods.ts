import type * as z from "zod";
import type { ReplayWindow, UpdateWebhookInput } from "./api/requests.js";
import * as inputs from "./api/requests.js";
import type { PortalWebhook, ReplayJob, WebhookStatus } from "./api/responses.js";
import * as answers from "./api/responses.js";
import { check } from "./api/validate.js";
import { type CallRequest, call, type Operation } from "./http/operation.js";
import type { Transport } from "./http/transport.js";
import type { CallOptions } from "./options.js";

/** What the methods need. */
export interface WebhookContext<W> {
  transport: Transport;
  /** Checks the webhook in a response. */
  webhook: z.ZodType<W>;
  /** The Dev Portal. Absent for the region. */
  portalId?: string | undefined;
}

/** The methods that a region and a Dev Portal share: webhook, status and replay job. */
export abstract class WebhookMethods<W extends PortalWebhook> {
  readonly #context: WebhookContext<W>;

  /** @internal */
  constructor(context: WebhookContext<W>) {
    this.#context = context;
  }

  /**
   * Gets the webhook. `GET /v3/audit-log-webhook`
   *
   * Before it is configured, Konnect answers 404 or returns an empty `audit_log_destination_id`.
   */
  async getWebhook(options: CallOptions = {}): Promise<W> {
    return this.#send("GET /v3/audit-log-webhook", { answer: this.#context.webhook }, options);
  }

  /** Starts delivery to a destination. `PATCH /v3/audit-log-webhook` */
  async enableWebhook(destinationId: string, options: CallOptions = {}): Promise<W> {
    const what = "enableWebhook: destinationId";
    const audit_log_destination_id = check(inputs.id, destinationId, "invalid_input", what);
    return this.#patch({ audit_log_destination_id, enabled: true }, options);
  }

  /** Stops delivery, and keeps the destination. Only a replay delivers the records of that time. `PATCH /v3/audit-log-webhook` */
  async disableWebhook(options: CallOptions = {}): Promise<W> {
    return this.#patch({ enabled: false }, options);
  }

  /** Changes the given members. `PATCH /v3/audit-log-webhook` */
  async updateWebhook(input: UpdateWebhookInput, options: CallOptions = {}): Promise<W> {
    return this.#patch(check(inputs.updateWebhookInput, input, "invalid_input", "updateWebhook"), options);
  }

  /** Stops delivery, and releases the destination. `DELETE /v3/audit-log-webhook` */
  async deleteWebhook(options: CallOptions = {}): Promise<void> {
    return this.#send("DELETE /v3/audit-log-webhook", {}, options);
  }

  /**
   * Gets the desired and the actual delivery status. `GET /v3/audit-log-webhook/status`
   *
   * `webhook_enabled` with `webhook_status: "inactive"` means that records are not arriving.
   */
  async getWebhookStatus(options: CallOptions = {}): Promise<WebhookStatus> {
    const request = { answer: answers.webhookStatus };
    return answers.withoutZeroTimes(await this.#send("GET /v3/audit-log-webhook/status", request, options));
  }

  /**
   * Starts a replay: Konnect delivers the records of a window again, at most seven days back. `PUT /v3/audit-log-replay-job`
   *
   * Konnect delivers to the webhook as configured then. It answers 409 while another job runs; `waitForReplay` waits for it.
   *
   * @example
   * ```ts
   * await konnect.startReplay({ start_at: new Date(Date.now() - 3_600_000), end_at: "2026-11-25T18:00:00Z" });
   * ```
   */
  async startReplay(window: ReplayWindow, options: CallOptions = {}): Promise<ReplayJob> {
    const body = inputs.replayBody(window, this.#context.transport.clock);
    const request = { body, answer: answers.replayJob };
    return answers.withoutZeroTimes(await this.#send("PUT /v3/audit-log-replay-job", request, options));
  }

  /** Gets the replay job. Its status is `unconfigured` before the first one. `GET /v3/audit-log-replay-job` */
  async getReplay(options: CallOptions = {}): Promise<ReplayJob> {
    const request = { answer: answers.replayJob };
    return answers.withoutZeroTimes(await this.#send("GET /v3/audit-log-replay-job", request, options));
  }

  async #patch(body: object, options: CallOptions): Promise<W> {
    return this.#send("PATCH /v3/audit-log-webhook", { body, answer: this.#context.webhook }, options);
  }

  async #send<T = void>(
    operation: WebhookOperation,
    request: Pick<CallRequest<T>, "body" | "answer">,
    options: CallOptions,
  ): Promise<T> {
    const { transport, portalId } = this.#context;
    if (portalId === undefined) return call(transport, operation, request, options);
    const path = { portalId: check(inputs.portalId, portalId, "invalid_input", "portal") };
    return call(transport, PORTAL_OPERATION[operation], { ...request, path }, options);
  }
}

/** The Dev Portal operation for each operation of a region. */
const PORTAL_OPERATION = {
  "GET /v3/audit-log-webhook": "GET /v3/portals/{portalId}/audit-log-webhook",
  "PATCH /v3/audit-log-webhook": "PATCH /v3/portals/{portalId}/audit-log-webhook",
  "DELETE /v3/audit-log-webhook": "DELETE /v3/portals/{portalId}/audit-log-webhook",
  "GET /v3/audit-log-webhook/status": "GET /v3/portals/{portalId}/audit-log-webhook/status",
  "GET /v3/audit-log-replay-job": "GET /v3/portals/{portalId}/audit-log-replay-job",
  "PUT /v3/audit-log-replay-job": "PUT /v3/portals/{portalId}/audit-log-replay-job",
} as const satisfies Partial<Record<Operation, Operation>>;

type WebhookOperation = keyof typeof PORTAL_OPERATION;

/**
 * The methods of one Dev Portal, at `/v3/portals/{portalId}/...`. Its webhook delivers authentication records only.
 */
export class PortalClient extends WebhookMethods<PortalWebhook> {}
