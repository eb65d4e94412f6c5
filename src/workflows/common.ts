import { type Timestamp, timestamp, toMs } from "../client/api/date-time.js";
import type { Destination } from "../client/api/responses.js";
import { check } from "../client/api/validate.js";
import type { KonnectClient } from "../client/client.js";
import { KonnectApiError } from "../client/http/api-error.js";
import type { CallOptions } from "../client/options.js";
import { KonnectError } from "../errors.js";
import { isObject } from "../shared/json.js";

/** What the jobs call: a `KonnectClient`, or what has these methods of it. */
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

/** What every job takes. */
export interface JobOptions {
  /** Ends the job at any moment; it can be run again. */
  signal?: AbortSignal | undefined;
  /** The webhook of this Dev Portal instead of the region's. */
  portalId?: string | undefined;
}

/** The webhook that a job is about, as it is now. */
export interface WebhookState {
  /** Undefined when it names none. */
  destinationId: string | undefined;
  enabled: boolean;
}

/**
 * Checks what a job was called with.
 *
 * @throws KonnectError `invalid_input` for arguments that were swapped or forgotten
 */
export function checkJob(name: string, konnect: unknown, method: string, options: unknown): void {
  if (!isObject(konnect) || typeof konnect[method] !== "function")
    throw new KonnectError("invalid_input", `${name}: pass a KonnectClient first, then the options`);
  if (!isObject(options)) throw new KonnectError("invalid_input", `${name}: the options must be an object`);
}

/** A point in time that a job was given, in ms since the epoch. */
export function momentOf(name: string, given: Timestamp): number {
  return toMs(check(timestamp, given, "invalid_input", name));
}

export function callOptions({ signal }: JobOptions): CallOptions {
  return signal === undefined ? {} : { signal };
}

/** The region's webhook, or a Dev Portal's. */
export function webhookOf(konnect: JobClient, { portalId }: JobOptions) {
  return portalId === undefined ? konnect : konnect.portal(portalId);
}

/** What the webhook does. One that nobody configured answers 404, or an empty id. */
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

/** Every destination of exactly this name, over all pages. */
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

/** The one destination of this name, if there is one; two are a conflict. */
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
    `${found.length} destinations bear the same name (${ids}): delete or rename all but one`,
  );
}

/** What a call answers; undefined where Konnect answers 404. */
export async function unlessNotFound<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Text as Konnect answered it; undefined where it is missing, or something else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function hasStatus(error: unknown, status: number): error is KonnectApiError {
  return error instanceof KonnectApiError && error.status === status;
}
