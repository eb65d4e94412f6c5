import { ExitError } from "../../errors.js";
import type { Target, TargetOptions } from "../target.js";
import { allTaken, fieldsOf, post } from "./post.js";

/** Datadog's log intake. It refuses a time older than 18 hours, so the time of the event is also an attribute. */
export function datadog({ url, credential }: TargetOptions): Target {
  if (credential === undefined) throw new ExitError(2, "Datadog requires an API key: set SIEM_CREDENTIAL");
  return {
    maxItems: 1_000,
    maxBytes: 4_500_000,
    async send(items) {
      const body = items.map((item) => ({
        ddsource: "konnect",
        service: "konnect-audit",
        message: item.raw,
        konnect: { ...fieldsOf(item), time: item.event?.time },
      }));
      await post(`${url}/api/v2/logs`, { "dd-api-key": credential }, JSON.stringify(body));
      return allTaken(items);
    },
  };
}
