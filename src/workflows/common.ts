import { type Timestamp, timestamp, toMs } from "../client/api/date-time.js";
import { portalId } from "../client/api/requests.js";
import type { Destination } from "../client/api/responses.js";
import { check } from "../client/api/validate.js";
import type { KonnectClient } from "../client/client.js";
import type { CallOptions } from "../client/options.js";
import { KonnectError } from "../errors.js";
import { KonnectApiError } from "../shared/api-error.js";
import { isObject } from "../shared/json.js";
import { checkKnown } from "../shared/known-options.js";

/** The methods that the jobs call: a `KonnectClient`, or an object with these methods. */
export type JobClient = Pick<
  KonnectClient,
  | "listDestinations"
  | "createDestination"
  | "updateDestination"
  | "getDestination"
  | "deleteDestination"
  | "getWebhook"
  | "enableWebhook"
  | "disableWebhook"
  | "deleteWebhook"
  | "portal"
>;

/** The options of every job. */
export interface JobOptions {
  /** Ends the job at any time. You can run it again. */
  signal?: AbortSignal | undefined;
  /** Uses the webhook of this Dev Portal instead of the region's. */
  portalId?: string | undefined;
}

/** The current state of the webhook. */
export interface WebhookState {
  /** Undefined if it is not configured. */
  destinationId: string | undefined;
  enabled: boolean;
}

/**
 * Checks the arguments of a job.
 *
 * @param known the names of the options. Undefined if they include members that are sent to Konnect
 * @throws KonnectError `invalid_input` for swapped or missing arguments, `invalid_options` for an option that does not exist
 */
export function checkJob(
  name: string,
  konnect: unknown,
  method: string,
  options: unknown,
  known?: readonly string[],
): void {
  if (!isObject(konnect) || typeof konnect[method] !== "function")
    throw new KonnectError(
      "invalid_input",
      `${name}: the first argument must be a KonnectClient, the second the options`,
    );
  if (!isObject(options)) throw new KonnectError("invalid_input", `${name}: the options must be an object`);
  if (known !== undefined) checkKnown(name, options, known);
  if (options.portalId !== undefined) check(portalId, options.portalId, "invalid_input", `${name}: portalId`);
}

/** A point in time that a job was given, in ms since the epoch. */
export function momentOf(name: string, given: Timestamp): number {
  return toMs(check(timestamp, given, "invalid_input", name));
}

export function callOptions({ signal }: JobOptions): CallOptions {
  return signal === undefined ? {} : { signal };
}

/** The webhook methods of the region or the Dev Portal. */
export function webhookOf(konnect: JobClient, { portalId }: JobOptions) {
  return portalId === undefined ? konnect : konnect.portal(portalId);
}

/** Reads the state of the webhook. Before it is configured, Konnect answers 404 or returns an empty id. */
export async function webhookState(
  konnect: JobClient,
  job: JobOptions,
  options = callOptions(job),
): Promise<WebhookState> {
  const webhook = await unlessNotFound(webhookOf(konnect, job).getWebhook(options));
  return {
    destinationId: webhook?.audit_log_destination_id || undefined,
    enabled: webhook?.enabled === true,
  };
}

/** Every destination with exactly this name. */
async function destinationsNamed(
  konnect: JobClient,
  name: string,
  options: CallOptions,
): Promise<Destination[]> {
  const found: Destination[] = [];
  for await (const destination of konnect.listDestinations({ name, "page[size]": 100 }, options))
    if (destination.name === name) found.push(destination);
  return found;
}

/** The destination with this name. Undefined without one; two are a conflict. */
export async function destinationNamed(
  konnect: JobClient,
  name: string,
  options: CallOptions,
): Promise<Destination | undefined> {
  const found = await destinationsNamed(konnect, name, options);
  if (found.length < 2) return found[0];
  const ids = found.map(({ id }) => id).join(", ");
  throw new KonnectError(
    "conflict",
    `${found.length} destinations have the same name (${ids}): delete or rename all but one`,
  );
}

/** The result of a call. Undefined if Konnect answers 404. */
export async function unlessNotFound<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** The value if it is text, otherwise undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function hasStatus(error: unknown, status: number): error is KonnectApiError {
  return error instanceof KonnectApiError && error.status === status;
}
