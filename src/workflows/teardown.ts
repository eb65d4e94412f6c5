import { KonnectError } from "../errors.js";
import {
  callOptions,
  checkJob,
  destinationNamed,
  type JobClient,
  type JobOptions,
  unlessNotFound,
  webhookOf,
  webhookState,
} from "./common.js";
import { deleteDestinationWhenFree } from "./delete-destination.js";

/** The options of `teardown`: either the name of the destination or its id. */
export interface TeardownOptions extends JobOptions {
  /** The name of the destination. */
  name?: string | undefined;
  /** The id of the destination. */
  destinationId?: string | undefined;
  /** How long to wait while the destination is in use, in ms. Default 60,000. */
  timeoutMs?: number | undefined;
  /** How long to wait between two attempts to delete it, in ms. Default 2,000. */
  pollMs?: number | undefined;
  /** Called after each step, and with `waiting` each time the destination is still in use. */
  onProgress?: ((step: TeardownStep) => void) | undefined;
}

/** A step of `teardown`. */
export interface TeardownStep {
  step: "disabled" | "webhook_deleted" | "waiting" | "destination_deleted";
  destinationId: string;
}

/** The result of `teardown`. */
export interface TeardownResult {
  /** Undefined if no destination has this name. */
  destinationId: string | undefined;
  webhookDeleted: boolean;
  destinationDeleted: boolean;
}

/**
 * Removes the pipeline: disables and deletes the webhook if it uses this destination, then deletes the destination.
 *
 * Succeeds if everything is already gone. Does not change a webhook that uses another destination. You can run it again after
 * it was killed.
 *
 * @throws KonnectError `timeout` if the destination stays in use, `conflict` if two destinations have this name
 * @example
 * ```ts
 * await teardown(konnect, { name: "SIEM" });
 * ```
 */
export async function teardown(konnect: JobClient, options: TeardownOptions): Promise<TeardownResult> {
  const known = ["name", "destinationId", "timeoutMs", "pollMs", "onProgress", "signal", "portalId"];
  checkJob("teardown", konnect, "deleteDestination", options, known);
  const { name, timeoutMs = 60_000, pollMs = 2_000, signal, onProgress = () => {} } = options;
  if ((name === undefined) === (options.destinationId === undefined))
    throw new KonnectError("invalid_input", "teardown: give either name or destinationId");
  const call = callOptions(options);
  const id = options.destinationId ?? (await destinationNamed(konnect, name!, call))?.id;
  if (id === undefined) return { destinationId: undefined, webhookDeleted: false, destinationDeleted: false };

  const { destinationId, enabled } = await webhookState(konnect, options);
  const isOurs = destinationId === id;
  if (isOurs) {
    const webhook = webhookOf(konnect, options);
    if (enabled) {
      await unlessNotFound(webhook.disableWebhook(call));
      onProgress({ step: "disabled", destinationId: id });
    }
    await unlessNotFound(webhook.deleteWebhook(call));
    onProgress({ step: "webhook_deleted", destinationId: id });
  }
  const destinationDeleted = await deleteDestinationWhenFree(konnect, id, { timeoutMs, pollMs, signal }, () =>
    onProgress({ step: "waiting", destinationId: id }),
  );
  if (destinationDeleted) onProgress({ step: "destination_deleted", destinationId: id });
  return { destinationId: id, webhookDeleted: isOurs, destinationDeleted };
}
