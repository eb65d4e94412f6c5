/**
 * Serializes query parameters for Konnect: `page[size]=10`, and nested filters in the style `deepObject`,
 * `filter[name][eq]=x`. Skips members without a value. Does not encode brackets, which servers accept.
 */
export function serializeQuery(query: Record<string, unknown>): string {
  return Object.entries(query)
    .flatMap(([name, value]) => pairs(name, value))
    .map(([name, value]) => `${encodeName(name)}=${encodeURIComponent(value)}`)
    .join("&");
}

function pairs(name: string, value: unknown): [name: string, value: string][] {
  if (value === undefined || value === null) return [];
  if (typeof value !== "object") return [[name, String(value)]];
  if (Array.isArray(value)) return [[name, value.join(",")]];
  return Object.entries(value).flatMap(([member, inner]) => pairs(`${name}[${member}]`, inner));
}

function encodeName(name: string): string {
  return encodeURIComponent(name).replaceAll("%5B", "[").replaceAll("%5D", "]");
}
