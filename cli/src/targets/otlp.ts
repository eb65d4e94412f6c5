import { fieldsOf, findingsOf, nanoseconds } from "./fields.js";
import { authorization, jsonObject } from "./http.js";
import type { Item, Target, TargetOptions } from "./target.js";
import type { Verdict } from "./verdict.js";

/** OpenTelemetry logs over OTLP/HTTP JSON: Dynatrace, Grafana Cloud and many more. */
export function otlp({ url, credential, http }: TargetOptions): Target {
  const resource = { attributes: [attribute("service.name", "konnect-audit")] };
  const scope = { name: "konnect-audit-logs" };
  const head = `{"resourceLogs":[{"resource":${JSON.stringify(resource)},"scopeLogs":[{"scope":${JSON.stringify(scope)},"logRecords":[`;
  return {
    maxItems: 1_000,
    maxBytes: 3_000_000,
    encode: (item) =>
      JSON.stringify({
        timeUnixNano: nanoseconds(item),
        body: { stringValue: item.raw },
        attributes: attributesOf(item),
      }),
    async send(records) {
      const body = `${head}${records.map(({ text }) => text).join(",")}]}]}]}`;
      const text = await http.post(`${url}/v1/logs`, authorization(credential), body);
      const { partialSuccess } = jsonObject(text) as {
        partialSuccess?: { rejectedLogRecords?: number | string; errorMessage?: string };
      };
      const count = Number(partialSuccess?.rejectedLogRecords ?? 0);
      const rejected = `the target does not say which: ${partialSuccess?.errorMessage ?? "no reason given"}`;
      // A partial success gives the number of lost records, not which ones, and must not be retried.
      return records.map((_, i): Verdict => (i < count ? { rejected } : "taken"));
    },
  };
}

function attributesOf(item: Item) {
  const { signals, duplicates, malformed } = findingsOf(item);
  const findings = {
    ...(signals && { signals: signals.join(",") }),
    ...(duplicates && { duplicates: JSON.stringify(duplicates) }),
    ...(malformed && { malformed: JSON.stringify(malformed) }),
  };
  return Object.entries({ ...fieldsOf(item), ...findings })
    .filter(([, value]) => value !== undefined && typeof value !== "object")
    .map(([key, value]) => attribute(`konnect.${key}`, String(value)));
}

function attribute(key: string, stringValue: string) {
  return { key, value: { stringValue } };
}
