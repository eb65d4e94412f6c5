import type { Target, TargetOptions } from "../target.js";
import { allTaken, authorization, nanoseconds, post } from "./post.js";

/** Grafana Loki. Few labels, because each set of values makes a stream. Ids stay in the line. */
export function loki({ url, credential }: TargetOptions): Target {
  return {
    maxItems: 1_000,
    maxBytes: 3_000_000,
    async send(items) {
      const values = new Map<string, [string, string][]>();
      for (const item of items) {
        const type = item.event?.type ?? "no_record";
        if (!values.has(type)) values.set(type, []);
        values.get(type)?.push([nanoseconds(item), item.raw]);
      }
      const streams = [...values].map(([type, values]) => ({
        stream: { job: "konnect-audit", type },
        values,
      }));
      await post(`${url}/loki/api/v1/push`, authorization(credential), JSON.stringify({ streams }));
      return allTaken(items);
    },
  };
}
