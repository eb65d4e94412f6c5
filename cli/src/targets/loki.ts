import { findingsOf, nanoseconds } from "./fields.js";
import { allTaken, authorization } from "./http.js";
import type { Item, Target, TargetOptions } from "./target.js";

/** Grafana Loki. Few labels, because each set of values makes a stream. Ids stay in the line. */
export function loki({ url, credential, tenant, http }: TargetOptions): Target {
  const headers = {
    ...authorization(credential),
    // https://grafana.com/docs/loki/latest/operations/multi-tenancy/
    ...(tenant !== undefined && { "x-scope-orgid": tenant }),
  };
  return {
    maxItems: 1_000,
    maxBytes: 3_000_000,
    encode: (item) => JSON.stringify([nanoseconds(item), item.raw]),
    async send(records) {
      const streams = new Map<string, string[]>();
      for (const { item, text } of records) {
        const labels = JSON.stringify(labelsOf(item));
        if (!streams.has(labels)) streams.set(labels, []);
        streams.get(labels)?.push(text);
      }
      const parts = [...streams].map(
        ([labels, values]) => `{"stream":${labels},"values":[${values.join(",")}]}`,
      );
      await http.post(`${url}/loki/api/v1/push`, headers, `{"streams":[${parts.join(",")}]}`);
      return allTaken(records);
    },
  };
}

/** Which fields are injected is in the line: a client could make a stream for each set of them. */
function labelsOf(item: Item): Record<string, string> {
  const { signals, duplicates, malformed } = findingsOf(item);
  return {
    job: "konnect-audit",
    type: item.event?.type ?? "no_record",
    ...(signals && { signals: signals.join(",") }),
    ...(duplicates && { duplicates: "true" }),
    ...(malformed && { malformed: "true" }),
  };
}
