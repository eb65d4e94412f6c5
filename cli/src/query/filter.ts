import { BlockList, isIP } from "node:net";
import { type AuditEvent, detectSignals } from "konnect-audit-logs/records";
import type { FilterOptions } from "../options/filters.js";
import { fieldOf } from "../output/columns.js";
import { checkFields } from "../output/fields.js";

/** Whether a record is wanted. */
export type Filter = (event: AuditEvent) => boolean;

/** Combines the options: every given one has to match. Undefined if none is given. */
export function createFilter(options: FilterOptions): Filter | undefined {
  const { type, principal, action, resource, denied, failed, src, trace, signal, where } = options;
  checkFields(
    "--where",
    (where ?? []).map(([key]) => key),
  );
  const filters: Filter[] = [];
  if (type) filters.push((event) => type.includes(event.type));
  if (principal) filters.push((event) => isOneOf(principal, event.principal_id, event.principal_name));
  if (action) filters.push((event) => isOneOf(action, fieldOf(event, "action"), fieldOf(event, "act")));
  if (resource) filters.push((event) => isOneOf(resource, fieldOf(event, "resource")));
  // Both together mean either: nothing is a denied authorization and a failed authentication.
  if (denied || failed)
    filters.push((event) => (denied === true && isDenied(event)) || (failed === true && isFailed(event)));
  if (src) filters.push(fromNetworks(src));
  if (trace) filters.push((event) => isOneOf(trace, event.trace_id));
  if (signal) filters.push((event) => detectSignals(event).some(({ name }) => isOneOf(signal, name)));
  for (const [key, value] of where ?? []) filters.push((event) => isOneOf([value], fieldOf(event, key)));
  return filters.length === 0 ? undefined : (event) => filters.every((filter) => filter(event));
}

function isOneOf(wanted: readonly string[], ...values: unknown[]): boolean {
  return values.some((value) => {
    if (value === undefined || value === null) return false;
    return wanted.includes(typeof value === "object" ? JSON.stringify(value) : String(value));
  });
}

function isDenied(event: AuditEvent): boolean {
  if (event.type === "authorization") return event.granted !== true;
  return event.type === "access" && (event.status === 401 || event.status === 403);
}

function isFailed(event: AuditEvent): boolean {
  if (event.type === "authentication") return event.success !== true;
  return event.type === "access" && event.status !== undefined && event.status >= 400;
}

function fromNetworks(networks: readonly string[]): Filter {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    const family = address.includes(":") ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return ({ src = "" }) => {
    const version = isIP(src);
    return version !== 0 && list.check(src, version === 6 ? "ipv6" : "ipv4");
  };
}

/** The filters as text, the same for the same filters. Empty without any. */
export function filterText(options: FilterOptions): string {
  const { type, principal, action, resource, denied, failed, src, trace, signal, where } = options;
  const all = { type, principal, action, resource, denied, failed, src, trace, signal, where };
  return Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) =>
      `${name} ${Array.isArray(value) ? [...value].flat().sort().join(", ") : ""}`.trim(),
    )
    .join("; ");
}
