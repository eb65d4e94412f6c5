import { ExitError } from "../errors.js";
import { fieldsOf } from "./fields.js";
import { allTaken } from "./http.js";
import type { Target, TargetOptions } from "./target.js";

/** Datadog's log intake. It refuses a time older than 18 hours, so the time of the event is also an attribute. */
export function datadog({ url, credential, http }: TargetOptions): Target {
  if (credential === undefined) throw new ExitError(2, "Datadog requires an API key: set SIEM_CREDENTIAL");
  return {
    maxItems: 1_000,
    maxBytes: 4_500_000,
    encode: (item) =>
      JSON.stringify({
        ddsource: "konnect",
        service: "konnect-audit",
        message: item.raw,
        konnect: { ...fieldsOf(item), time: item.event?.time },
      }),
    async send(records) {
      const body = `[${records.map(({ text }) => text).join(",")}]`;
      await http.post(`${url}/api/v2/logs`, { "dd-api-key": credential }, body);
      return allTaken(records);
    },
  };
}
