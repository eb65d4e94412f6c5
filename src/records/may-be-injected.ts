import { KonnectError } from "../errors.js";
import type { AuditEvent } from "./event/types.js";

/** The fields from which members of an event are made, where the names differ. */
const SOURCES: Record<string, string> = { time: "rt" };

/**
 * Whether a client may have written this field of a record, through its user agent, path, query or display name: an alert rule must
 * not trust its value. See `event.duplicates`. Members that come from the header of the record, such as `type`, `resource` and
 * `outcome`, cannot be injected.
 *
 * @param field a member of the event, or an undocumented field in `extra`
 * @throws {@link KonnectError} `invalid_options` for anything but an event
 * @example
 * ```ts
 * if (event.type === "authorization" && event.granted && !mayBeInjected(event, "granted")) handle(event);
 * ```
 */
export function mayBeInjected(event: AuditEvent, field: string): boolean {
  if (!Array.isArray(event?.duplicates))
    throw new KonnectError("invalid_options", "mayBeInjected: event must be one of parseAuditRecord");
  const name = SOURCES[field] ?? field;
  return event.duplicates.some(({ key }) => key === name);
}
