import type * as z from "zod/mini";
import type { ReplayWindow, UpdateWebhookInput } from "./api/requests.js";
import * as inputs from "./api/requests.js";
import type { PortalWebhook, ReplayJob, WebhookStatus } from "./api/responses.js";
import * as answers from "./api/responses.js";
import { check } from "./api/validate.js";
import { dataOf } from "./http/operation.js";
import type { Transport } from "./http/transport.js";
import type { CallOptions } from "./options.js";
import type { WebhookRoutes } from "./webhook-routes.js";

/** What the methods need. */
export interface WebhookContext<W> {
  transport: Transport;
  /** Checks the webhook in a response. */
  webhook: z.ZodMiniType<W>;
  /** The operations of the region or of the Dev Portal. Throws for an invalid id of a portal. */
  routes: () => WebhookRoutes;
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
    const { transport, routes, webhook } = this.#context;
    return dataOf("getWebhook", webhook, routes().getWebhook(transport.with(options)));
  }

  /** Starts delivery to a destination. `PATCH /v3/audit-log-webhook` */
  async enableWebhook(destinationId: string, options: CallOptions = {}): Promise<W> {
    const what = "enableWebhook: destinationId";
    const audit_log_destination_id = check(inputs.id, destinationId, "invalid_input", what);
    return this.#update("enableWebhook", { audit_log_destination_id, enabled: true }, options);
  }

  /** Stops delivery, and keeps the destination. Only a replay delivers the records of that time. `PATCH /v3/audit-log-webhook` */
  async disableWebhook(options: CallOptions = {}): Promise<W> {
    return this.#update("disableWebhook", { enabled: false }, options);
  }

  /** Changes the given members. `PATCH /v3/audit-log-webhook` */
  async updateWebhook(input: UpdateWebhookInput, options: CallOptions = {}): Promise<W> {
    return this.#update("updateWebhook", input, options);
  }

  /** Stops delivery, and releases the destination. `DELETE /v3/audit-log-webhook` */
  async deleteWebhook(options: CallOptions = {}): Promise<void> {
    const { transport, routes } = this.#context;
    await routes().deleteWebhook(transport.with(options));
  }

  /**
   * Gets the desired and the actual delivery status. `GET /v3/audit-log-webhook/status`
   *
   * `webhook_enabled` with `webhook_status: "inactive"` means that records are not arriving.
   */
  async getWebhookStatus(options: CallOptions = {}): Promise<WebhookStatus> {
    const { transport, routes } = this.#context;
    const call = routes().getStatus(transport.with(options));
    return answers.withoutZeroTimes(await dataOf("getWebhookStatus", answers.webhookStatus, call));
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
    const { transport, routes } = this.#context;
    const body = inputs.replayBody(window, transport.clock);
    const call = routes().startReplay(body, transport.with(options));
    return answers.withoutZeroTimes(await dataOf("startReplay", answers.replayJob, call));
  }

  /** Gets the replay job. Its status is `unconfigured` before the first one. `GET /v3/audit-log-replay-job` */
  async getReplay(options: CallOptions = {}): Promise<ReplayJob> {
    const { transport, routes } = this.#context;
    const call = routes().getReplay(transport.with(options));
    return answers.withoutZeroTimes(await dataOf("getReplay", answers.replayJob, call));
  }

  async #update(name: string, input: UpdateWebhookInput, options: CallOptions): Promise<W> {
    const { transport, routes, webhook } = this.#context;
    const body = check(inputs.updateWebhookInput, input, "invalid_input", name);
    return dataOf(name, webhook, routes().updateWebhook(body, transport.with(options)));
  }
}

/**
 * The methods of one Dev Portal, at `/v3/portals/{portalId}/...`. Its webhook delivers authentication records only.
 */
export class PortalClient extends WebhookMethods<PortalWebhook> {}
