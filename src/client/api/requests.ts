import * as z from "zod/mini";
import { KonnectError } from "../../errors.js";
import { SEVEN_DAYS } from "../../shared/retention.js";
import { isSecureUrl } from "../../shared/urls.js";
import type { Clock } from "../http/server-clock.js";
import { type Timestamp, timestamp, toMs, toRfc3339 } from "./date-time.js";
import type { components, operations } from "./generated.js";
import { check } from "./validate.js";

type Query<Id extends keyof operations> = NonNullable<operations[Id]["parameters"]["query"]>;

/** The same type, where optional members may also be `undefined`, as `process.env.X` may be. */
type OrUndefined<T> = T extends object
  ? { [K in keyof T]: object extends Pick<T, K> ? OrUndefined<T[K]> | undefined : OrUndefined<T[K]> }
  : T;

/** The input of `createDestination`. */
export interface CreateDestinationInput extends OrUndefined<components["schemas"]["CreateDestination"]> {}
/** The input of `updateDestination`: the members to change. */
export interface UpdateDestinationInput extends OrUndefined<components["schemas"]["UpdateDestination"]> {}
/** The input of `updateWebhook`: the members to change. */
export interface UpdateWebhookInput extends OrUndefined<components["schemas"]["WebhookSettings"]> {}
/** The query of `listDestinations`. `name` is short for `filter: { name: { eq } }`. */
export interface ListDestinationsQuery
  extends OrUndefined<Omit<Query<"listDestinationsV3">, "page[before]">> {
  /** Only destinations of exactly this name. */
  name?: string | undefined;
}
/** The query of `listControlPlanes`. */
export interface ListControlPlanesQuery extends OrUndefined<Query<"listControlPlanes">> {}

/** The query of `listAuditLogs`. */
export interface ListAuditLogsQuery {
  /** Only records of this type. */
  type?: components["schemas"]["AuditLogType"] | undefined;
  /** Only records from this time on. Default: seven days before `until`, like Konnect. */
  since?: Timestamp | undefined;
  /** Only records up to this time. Default: now, by Konnect's clock, fixed at the first page. */
  until?: Timestamp | undefined;
  /** Records per page, at most 1,000. Default 20, like Konnect. */
  "page[size]"?: number | undefined;
  /** Cursor after which the page begins. From `next` of a page. */
  "page[after]"?: string | undefined;
}

/** The input of `startReplay`: the window to deliver again. */
export interface ReplayWindow {
  /** At most seven days ago. */
  start_at: Timestamp;
  /** At most seven days after `start_at`, and not in the future. */
  end_at: Timestamp;
}

/** A schema whose output is what the description takes: members that are undefined are not sent. */
function described<T>(schema: z.ZodMiniType): z.ZodMiniType<T> {
  return schema as unknown as z.ZodMiniType<T>;
}

const text = z.string().check(z.regex(/\S/, "must not be empty"));

const destinationMembers = {
  name: text,
  endpoint: z.string().check(z.refine(isSecureUrl, "must be an https URL (http only on loopback)")),
  authorization: text.check(
    z.regex(/^\P{Cc}*$/u, "must not contain control characters: it becomes an HTTP header"),
    z.refine(
      (value) => !/(^|[^a-z0-9])[ks]pat_/i.test(value),
      "must not contain a Konnect access token (kpat_, spat_): Konnect sends it to the SIEM with every delivery",
    ),
  ),
  log_format: z.enum(["cef", "json", "cps"]),
};

/** Loose, so that members that Konnect adds later are sent. */
const destination = z.looseObject({
  ...destinationMembers,
  skip_ssl_verification: z.optional(z.boolean()),
});
export const createDestinationInput = described<components["schemas"]["CreateDestination"]>(destination);

const hasMember = z.refine<object>(
  (input) => Object.keys(input).length > 0,
  "must contain a member to change",
);

export const updateDestinationInput = described<components["schemas"]["UpdateDestination"]>(
  z.partial(destination).check(hasMember),
);

/** An id of Konnect: a UUID of any version, 36 characters. */
export const id = z.guid({ error: "must be an id (a UUID), such as the one that createDestination returns" });
export const portalId = z.guid({ error: "must be the id of a Dev Portal (a UUID)" });

export const updateWebhookInput = described<components["schemas"]["WebhookSettings"]>(
  z
    .looseObject({ audit_log_destination_id: z.optional(id), enabled: z.optional(z.boolean()) })
    .check(hasMember),
);

const count = z.int().check(z.minimum(1));
const cursor = {
  "page[size]": z.optional(count),
  "page[after]": z.optional(z.string().check(z.minLength(1))),
};

export const listDestinationsQuery = described<Query<"listDestinationsV3"> & { name?: string }>(
  z.looseObject({ ...cursor, name: z.optional(text), filter: z.optional(z.looseObject({})) }).check(
    z.refine(({ name, filter }) => name === undefined || filter?.name === undefined, {
      error: "must not have both name and filter.name",
    }),
  ),
);

export const listControlPlanesQuery = described<Query<"listControlPlanes">>(
  z.looseObject({
    "page[size]": z.optional(count),
    "page[number]": z.optional(count),
    filter: z.optional(z.looseObject({})),
    labels: z.optional(z.string()),
    sort: z.optional(z.string()),
  }),
);

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };
export const listAuditLogsQuery = described<Defined<ListAuditLogsQuery>>(
  z.strictObject({
    ...cursor,
    "page[size]": z.optional(count.check(z.maximum(1000))),
    type: z.optional(z.string().check(z.minLength(1))),
    since: z.optional(timestamp),
    until: z.optional(timestamp),
  }),
);

const replayInput = z.looseObject({ start_at: timestamp, end_at: timestamp });

/**
 * Checks the window of a replay. Compares it with the current time only where Konnect's clock and this machine's agree,
 * because a wrong or unknown clock must not prevent a replay.
 *
 * @throws {@link KonnectError} `invalid_input`
 */
export function replayBody(window: ReplayWindow, clock: Clock): { start_at: string; end_at: string } {
  const { start_at, end_at } = check(replayInput, window, "invalid_input", "startReplay");
  const [start, end] = [toMs(start_at), toMs(end_at)];
  const refuse = (problem: string) => {
    throw new KonnectError("invalid_input", `startReplay: ${problem}`);
  };
  if (start >= end) refuse("start_at must be before end_at");
  if (end - start > SEVEN_DAYS) refuse("the window is longer than seven days: split it");
  const known = clock.now();
  if (known !== undefined) {
    const [earliest, latest] = [Math.min(known - 999, Date.now()), Math.max(known, Date.now())];
    if (end > latest + 1_000) refuse("end_at must not be in the future (by Konnect's clock)");
    if (start < earliest - SEVEN_DAYS)
      refuse("start_at must be within the last seven days; listAuditLogs can reach further back");
  }
  return { start_at: toRfc3339(start_at), end_at: toRfc3339(end_at) };
}
