import { invalid } from "./problem.js";
import type { KeptControlPlane } from "./state.js";

/** One page of the control planes that match a query. */
export function pageOfControlPlanes(all: readonly KeptControlPlane[], query: URLSearchParams) {
  const number = positive(query, "page[number]", 1);
  const size = positive(query, "page[size]", 10);
  const found = all.filter((plane) => fits(plane, query));
  const sort = query.get("sort");
  if (sort !== null) {
    const [attribute = "", direction] = sort.split(" ");
    const text = (plane: KeptControlPlane) => String(plane[attribute as keyof KeptControlPlane]);
    found.sort((a, b) => text(a).localeCompare(text(b)) * (direction === "desc" ? -1 : 1));
  }
  const data = found.slice((number - 1) * size, number * size);
  return { data, meta: { page: { number, size, total: found.length } } };
}

function fits(plane: KeptControlPlane, query: URLSearchParams): boolean {
  for (const [parameter, wanted] of query) {
    const [, attribute, operator = "eq"] = /^filter\[(\w+)\](?:\[(\w+)\])?$/.exec(parameter) ?? [];
    if (attribute !== undefined) {
      const value = String(
        attribute in plane ? plane[attribute as keyof KeptControlPlane] : plane.config[attribute],
      );
      if (!compare(value, operator, wanted)) return false;
    }
    if (parameter === "labels" && !wanted.split(",").every((label) => hasLabel(plane, label))) return false;
  }
  return true;
}

function compare(value: string, operator: string, wanted: string): boolean {
  switch (operator) {
    case "eq":
      return value === wanted;
    case "neq":
      return value !== wanted;
    case "oeq":
      return wanted.split(",").includes(value);
    case "contains":
      return value.includes(wanted);
    default:
      throw invalid({ field: "filter", reason: `no operator ${operator}`, rule: "invalid", source: "query" });
  }
}

function hasLabel(plane: KeptControlPlane, label: string): boolean {
  const [key = "", value] = label.split(":");
  return value === undefined ? key in plane.labels : plane.labels[key] === value;
}

/**
 * One page after a cursor, in the given order. `next` and `previous` are URIs with the cursor in their query, as in Konnect.
 */
export function cursorPage<T extends { id: string }>(
  all: readonly T[],
  query: URLSearchParams,
  path: string,
  { size: fallback, most }: { size: number; most: number } = { size: 10, most: 1000 },
) {
  const size = positive(query, "page[size]", fallback);
  if (size > most) {
    const reason = `must be at most ${most}`;
    throw invalid({ field: "page[size]", reason, rule: "max", source: "query", maximum: most });
  }
  const after = index(all, query.get("page[after]"));
  const before = index(all, query.get("page[before]"));
  const start = before !== undefined ? Math.max(0, before - size) : after !== undefined ? after + 1 : 0;
  const data = all.slice(start, before ?? start + size);
  const first = data[0];
  const last = data.at(-1);
  const uri = (name: string, item: T | undefined) =>
    item && `${path}?page%5B${name}%5D=${Buffer.from(item.id).toString("base64url")}&page%5Bsize%5D=${size}`;
  const next = start + data.length < all.length ? uri("after", last) : null;
  const previous = start > 0 ? uri("before", first) : null;
  return { data, next: next ?? null, previous: previous ?? null, size };
}

function index(all: readonly { id: string }[], cursor: string | null): number | undefined {
  if (cursor === null) return undefined;
  const found = all.findIndex(({ id }) => id === Buffer.from(cursor, "base64url").toString());
  if (found === -1)
    throw invalid({ field: "page", reason: "unknown cursor", rule: "invalid", source: "query" });
  return found;
}

function positive(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw invalid({
    field: name,
    reason: "must be an integer of at least 1",
    rule: "min",
    source: "query",
    minimum: 1,
  });
}
