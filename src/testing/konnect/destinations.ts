import { randomUUID } from "node:crypto";
import { ZERO_TIME } from "../../client/api/date-time.js";
import { isSecureUrl } from "../../shared/urls.js";
import { cursorPage } from "./listing.js";
import { type InvalidField, invalid, members, Problem } from "./problem.js";
import type { Route, RouteContext } from "./route.js";
import type { KeptDestination, State } from "./state.js";

/** The `updated_at` of a destination that never changed. */

/** The operations on destinations under the path of one API version. */
export function destinationRoutes(path: string): Route[] {
  const resource = "audit-log-destinations";
  return [
    {
      method: "GET",
      path,
      resource,
      action: "list",
      handle({ state, query }) {
        const wanted = query.get("filter[name][eq]") ?? query.get("filter[name]");
        const part = query.get("filter[name][contains]") ?? "";
        const found = [...state.destinations.values()].filter(
          ({ name }) => (wanted === null || name === wanted) && name.includes(part),
        );
        const { data, ...meta } = cursorPage(found, query, path);
        return { status: 200, body: { data: data.map(withoutAuthorization), meta } };
      },
    },
    {
      method: "POST",
      path,
      resource,
      action: "create",
      handle({ state, body }) {
        const given = readDestination({
          log_format: "cef",
          skip_ssl_verification: false,
          ...members(body),
        });
        refuseTakenName(state, given.name);
        const created_at = new Date(state.now()).toISOString();
        const created = { id: randomUUID(), ...given, created_at, updated_at: ZERO_TIME };
        state.destinations.set(created.id, created);
        return { status: 201, body: withoutAuthorization(created) };
      },
    },
    {
      method: "GET",
      path: `${path}/{id}`,
      resource: `${resource}/{id}`,
      action: "retrieve",
      handle: (context) => ({ status: 200, body: withoutAuthorization(find(context)) }),
    },
    {
      method: "PATCH",
      path: `${path}/{id}`,
      resource: `${resource}/{id}`,
      action: "edit",
      handle(context) {
        const { state, body } = context;
        const found = find(context);
        const changed = {
          ...found,
          ...readDestination({ ...found, ...members(body) }),
          updated_at: new Date(state.now()).toISOString(),
        };
        refuseTakenName(state, changed.name, found.id);
        state.destinations.set(found.id, changed);
        return { status: 200, body: withoutAuthorization(changed) };
      },
    },
    {
      method: "DELETE",
      path: `${path}/{id}`,
      resource: `${resource}/{id}`,
      action: "delete",
      handle(context) {
        const { id } = find(context);
        if (context.state.isInUse(id)) throw new Problem(409, "destination is in use");
        context.state.delete(id);
        return { status: 204 };
      },
    },
  ];
}

function find({ state, path }: RouteContext): KeptDestination {
  const found = state.destinations.get(path.id ?? "");
  if (found === undefined) throw new Problem(404, "No such destination");
  return found;
}

function refuseTakenName({ destinations, options }: State, name: string, ownId?: string): void {
  if (!options.uniqueNames) return;
  for (const other of destinations.values())
    if (other.name === name && other.id !== ownId) throw new Problem(409, "The name is taken");
}

/** Checks all members of a destination. */
export function readDestination(
  given: Record<string, unknown>,
): Omit<KeptDestination, "id" | "created_at" | "updated_at"> {
  const { name, endpoint, authorization, log_format, skip_ssl_verification } = given;
  const wrong: InvalidField[] = [];
  const text = (field: string, value: unknown): string => {
    if (typeof value === "string" && value !== "") return value;
    wrong.push({ field, reason: "is a required field", rule: "required", source: "body" });
    return "";
  };
  const isHeader = typeof authorization === "string" && /^[\x20-\x7e\xa0-\xff]+$/.test(authorization);
  const destination = {
    name: text("name", name),
    endpoint: text("endpoint", endpoint),
    authorization: text("authorization", isHeader ? authorization : undefined),
    log_format: log_format as KeptDestination["log_format"],
    skip_ssl_verification: skip_ssl_verification === true,
  };
  if (destination.endpoint !== "" && !isSecureUrl(destination.endpoint)) {
    wrong.push({
      field: "endpoint",
      reason: "must begin with https://",
      rule: "matches_regex",
      source: "body",
    });
  }
  if (!["cef", "json", "cps"].includes(destination.log_format)) {
    const choices = ["cef", "json", "cps"];
    const reason = `must be one of ${choices.join(", ")}`;
    wrong.push({ field: "log_format", reason, rule: "enum", source: "body", choices });
  }
  if (wrong.length > 0) throw invalid(...wrong);
  return destination;
}

function withoutAuthorization({ authorization: _, ...destination }: KeptDestination) {
  return destination;
}
