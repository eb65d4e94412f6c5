import type { Target, TargetOptions } from "../target.js";
import { allTaken, authorization, fieldsOf, jsonObject, nanoseconds, post } from "./post.js";

/** OpenTelemetry logs over OTLP/HTTP JSON: Dynatrace, Grafana Cloud and many more. */
export function otlp({ url, credential, log }: TargetOptions): Target {
  return {
    maxItems: 1_000,
    maxBytes: 3_000_000,
    async send(items) {
      const logRecords = items.map((item) => ({
        timeUnixNano: nanoseconds(item),
        body: { stringValue: item.raw },
        attributes: Object.entries(fieldsOf(item))
          .filter(([, value]) => value !== undefined && typeof value !== "object")
          .map(([key, value]) => ({ key: `konnect.${key}`, value: { stringValue: String(value) } })),
      }));
      const resource = { attributes: [{ key: "service.name", value: { stringValue: "konnect-audit" } }] };
      const scopeLogs = [{ scope: { name: "konnect-audit-logs" }, logRecords }];
      const body = JSON.stringify({ resourceLogs: [{ resource, scopeLogs }] });
      const text = await post(`${url}/v1/logs`, authorization(credential), body);
      const { partialSuccess } = jsonObject(text) as {
        partialSuccess?: { rejectedLogRecords?: number | string; errorMessage?: string };
      };
      const rejected = Number(partialSuccess?.rejectedLogRecords ?? 0);
      // A partial success gives the number of lost records, not which ones, and must not be retried.
      if (rejected > 0)
        log.warn(
          `the target rejected ${rejected} of ${items.length} records, and does not say which: ${partialSuccess?.errorMessage}`,
        );
      return allTaken(items);
    },
  };
}
