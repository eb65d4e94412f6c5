import { type CreateDestinationInput, createDestinationInput } from "../client/api/requests.js";
import type { Destination, Webhook } from "../client/api/responses.js";
import { check } from "../client/api/validate.js";
import { KonnectError } from "../errors.js";
import { KonnectApiError } from "../shared/api-error.js";
import {
  callOptions,
  checkJob,
  destinationNamed,
  type JobClient,
  type JobOptions,
  webhookOf,
  webhookState,
} from "./common.js";
import { deleteDestinationWhenFree } from "./delete-destination.js";

/** The options of `ensureWebhook`: the desired destination. */
export interface EnsureWebhookOptions extends CreateDestinationInput, JobOptions {
  /** Takes over a webhook that delivers to another destination. Default `false`: throws `conflict`. */
  replace?: boolean | undefined;
  /** Called after each step that changed something. */
  onProgress?: ((step: EnsureWebhookStep) => void) | undefined;
}

/** A step that changed something. */
export interface EnsureWebhookStep {
  step: "created" | "updated" | "enabled";
  /** The destination of the step. */
  destinationId: string;
}

/** The result of `ensureWebhook`. */
export interface EnsureWebhookResult {
  /** The destination as Konnect has it now. */
  destination: Destination;
  /** Whether the destination is new. */
  created: boolean;
  /** The members that were different. `authorization` is written each time, because Konnect does not return it. */
  changed: ("endpoint" | "log_format" | "skip_ssl_verification")[];
  /** Whether the webhook was enabled or pointed at the destination. */
  webhookChanged: boolean;
  /** The webhook before, if it had another destination. Pass it to `updateWebhook` to restore it. */
  replaced?: Webhook | undefined;
}

/**
 * Sets up the pipeline, or updates it: one destination with this name, and a webhook that is enabled and points at it.
 *
 * You can run it any number of times, also after it was killed. It does not change a webhook that delivers to another
 * destination (`conflict`), unless you set `replace`. If enabling fails, it deletes the destination that it created.
 *
 * @throws KonnectError `invalid_input` before anything is sent; `conflict` if the webhook has another destination, or two destinations
 * have this name; `rollback_failed` if enabling failed and the new destination could not be deleted
 * @example
 * ```ts
 * await ensureWebhook(konnect, { name: "SIEM", endpoint, authorization, log_format: "cef" });
 * ```
 */
export async function ensureWebhook(
  konnect: JobClient,
  options: EnsureWebhookOptions,
): Promise<EnsureWebhookResult> {
  checkJob("ensureWebhook", konnect, "createDestination", options);
  const { replace = false, onProgress = () => {}, signal: _, portalId: __, ...given } = options;
  check(createDestinationInput, given, "invalid_input", "ensureWebhook");
  const wanted = { ...given, skip_ssl_verification: given.skip_ssl_verification ?? false };
  const call = callOptions(options);
  const found = await destinationNamed(konnect, wanted.name, call);
  const before = await webhookState(konnect, options);
  const other = before.destinationId !== found?.id ? before.destinationId : undefined;
  if (other !== undefined && before.enabled && !replace) {
    const problem = `the webhook already delivers to another destination (${other})`;
    throw new KonnectError("conflict", `${problem}: set replace: true to take it over`);
  }

  let destination: Destination;
  const changed: EnsureWebhookResult["changed"] = [];
  if (found === undefined) {
    destination = await create(konnect, wanted, options);
    onProgress({ step: "created", destinationId: destination.id });
  } else {
    for (const member of ["endpoint", "log_format", "skip_ssl_verification"] as const)
      if ((found[member] ?? false) !== wanted[member]) changed.push(member);
    destination = await konnect.updateDestination(found.id, wanted, call);
    onProgress({ step: "updated", destinationId: destination.id });
  }

  const isServed = before.enabled && before.destinationId === destination.id;
  if (!isServed) {
    await enable(konnect, destination.id, found === undefined, options);
    onProgress({ step: "enabled", destinationId: destination.id });
  }
  const result: EnsureWebhookResult = {
    destination,
    created: found === undefined,
    changed,
    webhookChanged: !isServed,
  };
  if (other !== undefined) result.replaced = { audit_log_destination_id: other, enabled: before.enabled };
  return result;
}

/** Creates the destination. If the outcome is unknown, looks for it first, so that there is never a second one. */
async function create(
  konnect: JobClient,
  wanted: CreateDestinationInput,
  options: EnsureWebhookOptions,
): Promise<Destination> {
  const call = callOptions(options);
  try {
    return await konnect.createDestination(wanted, call);
  } catch (error) {
    if (!mayHaveTakenEffect(error)) throw error;
    const found = await destinationNamed(konnect, wanted.name, call);
    if (found === undefined) throw error;
    return konnect.updateDestination(found.id, wanted, call);
  }
}

function mayHaveTakenEffect(error: unknown): boolean {
  if (error instanceof KonnectApiError) return error.status >= 500 || error.status === 409;
  return error instanceof KonnectError && ["connection", "timeout", "invalid_response"].includes(error.code);
}

/** Enables the webhook. If that fails, a destination that this call created is deleted again. */
async function enable(
  konnect: JobClient,
  id: string,
  isNew: boolean,
  options: EnsureWebhookOptions,
): Promise<void> {
  try {
    await webhookOf(konnect, options).enableWebhook(id, callOptions(options));
  } catch (error) {
    const outcome = await outcomeOf(konnect, id, isNew, options);
    if (outcome === "succeeded_anyway") return;
    if (outcome === "roll_back") await deleteAgain(konnect, id, error);
    throw error;
  }
}

/** How an attempt to enable the webhook ended that answered with an error. */
async function outcomeOf(
  konnect: JobClient,
  id: string,
  isNew: boolean,
  options: EnsureWebhookOptions,
): Promise<"succeeded_anyway" | "roll_back" | "failed"> {
  // Without the caller's signal: if it is aborted, what this call created still has to go.
  const unknown = { destinationId: undefined, enabled: false };
  const { destinationId, enabled } = await webhookState(konnect, options, {}).catch(() => unknown);
  const isServed = destinationId === id;
  if (isServed && enabled && !options.signal?.aborted) return "succeeded_anyway";
  return isNew && !isServed ? "roll_back" : "failed";
}

async function deleteAgain(konnect: JobClient, id: string, reason: unknown): Promise<void> {
  try {
    // Only the webhook can use it, if enabling succeeded after all. Then waiting does not help.
    const limits = { timeoutMs: 0, pollMs: 0, signal: undefined };
    await deleteDestinationWhenFree(konnect, id, limits);
  } catch {
    const why = reason instanceof Error ? reason.message : String(reason);
    const problem = `the webhook could not be enabled (${why}), and the new destination ${id} could not be deleted`;
    throw new KonnectError("rollback_failed", `${problem}: run ensureWebhook or teardown again`, {
      cause: reason,
    });
  }
}
