import { Busy, type Item, Refused, type Target, type Verdict } from "./forwarder.js";

/** Where and how a target is reached. */
export interface TargetOptions {
  url: string;
  /** Splunk's token, Datadog's key, or what the target wants in `Authorization`. */
  credential: string;
  /** Elastic's index or data stream. */
  index?: string;
}

const BUSY = new Set([408, 429, 500, 502, 503, 504]);
const TIMEOUT = 30_000;

/** Posts, and sorts what is answered: a success, busy, or refused. */
async function post(url: string, headers: Record<string, string>, body: string): Promise<Response> {
  const init = {
    method: "POST",
    headers,
    body,
    redirect: "manual" as const,
    signal: AbortSignal.timeout(TIMEOUT),
  };
  const response = await fetch(url, init).catch((error) => {
    throw new Busy(`no answer: ${error.message}`);
  });
  if (response.ok) return response;
  const problem = `answered ${response.status}`;
  await response.body?.cancel();
  if (BUSY.has(response.status))
    throw new Busy(problem, Number(response.headers.get("retry-after") ?? 0) * 1_000);
  // A credential that is not taken is nobody's poison: it has to be mended, and nothing may be lost meanwhile.
  if (response.status === 401 || response.status === 403) throw new Error(`${problem}: check the credential`);
  throw new Refused(problem);
}

const json = { "content-type": "application/json" };
const allTaken = (items: readonly Item[]): Verdict[] => items.map(() => "taken");
/** An event without what every form of it carries already. */
const fieldsOf = ({ event }: Item) => {
  const { raw: _, time: __, ...fields } = event ?? { raw: "" };
  return fields;
};

/** Splunk's HTTP Event Collector: event JSON, one object after the other. */
function splunk({ url, credential }: TargetOptions): Target {
  return {
    maxItems: 500,
    maxBytes: 800_000,
    async send(items) {
      const body = items.map((item) =>
        JSON.stringify({
          time: (item.event?.time ?? new Date()).getTime() / 1_000,
          source: "konnect",
          sourcetype: "konnect:audit",
          event: item.event === undefined ? item.raw : { ...fieldsOf(item), record_id: item.id },
        }),
      );
      await post(
        `${url}/services/collector/event`,
        { ...json, authorization: `Splunk ${credential}` },
        body.join("\n"),
      );
      return allTaken(items);
    },
  };
}

/** Datadog's log intake. It takes nothing older than 18 hours by its own time, so that of the event is an attribute, too. */
function datadog({ url, credential }: TargetOptions): Target {
  return {
    maxItems: 1_000,
    maxBytes: 4_500_000,
    async send(items) {
      const body = items.map((item) => ({
        ddsource: "konnect",
        service: "konnect-audit",
        message: item.raw,
        konnect: { ...fieldsOf(item), record_id: item.id, time: item.event?.time },
      }));
      await post(`${url}/api/v2/logs`, { ...json, "dd-api-key": credential }, JSON.stringify(body));
      return allTaken(items);
    },
  };
}

/** Elastic's bulk API, with names of ECS; the record's id as `_id` makes a repeated send harmless. */
function elastic({ url, credential, index = "logs-konnect.audit-default" }: TargetOptions): Target {
  return {
    maxItems: 1_000,
    maxBytes: 5_000_000,
    async send(items) {
      const lines = items.flatMap((item) => [
        JSON.stringify({ create: { _index: index, _id: item.id } }),
        JSON.stringify(ecs(item)),
      ]);
      const headers = { "content-type": "application/x-ndjson", authorization: credential };
      const response = await post(`${url}/_bulk`, headers, `${lines.join("\n")}\n`);
      const answer = (await response.json()) as {
        items: { create: { status: number; error?: { reason?: string } } }[];
      };
      return answer.items.map(({ create: { status, error } }) => {
        // 409: it is there already.
        if (status < 300 || status === 409) return "taken";
        return BUSY.has(status) ? "retry" : { poison: error?.reason ?? `status ${status}` };
      });
    },
  };
}

/** The event under the names of the Elastic Common Schema. */
export function ecs({ id, raw, event }: Item) {
  const category = {
    authentication: "authentication",
    authorization: "iam",
    access: "web",
    unknown: "configuration",
  };
  const isGood =
    event?.type === "authentication"
      ? event.success
      : event?.type === "authorization"
        ? event.granted
        : event?.type === "access" && event.status !== undefined
          ? event.status < 400
          : undefined;
  return {
    "@timestamp": (event?.time ?? new Date()).toISOString(),
    event: {
      id,
      kind: "event",
      original: raw,
      category: event === undefined ? undefined : [category[event.type]],
      action: event?.type === "authorization" ? event.action : event?.name,
      outcome: isGood === undefined ? "unknown" : isGood ? "success" : "failure",
      severity: typeof event?.severity === "number" ? event.severity : undefined,
    },
    source: { ip: event?.src || undefined },
    user: { id: event?.principal_id || undefined, name: event?.principal_name },
    organization: { id: event?.org_id },
    user_agent: { original: event?.user_agent },
    url: { path: event !== undefined && "request" in event ? event.request : undefined },
    http:
      event?.type === "access"
        ? { request: { method: event.act }, response: { status_code: event.status } }
        : undefined,
    observer: { vendor: event?.vendor, product: event?.product },
    labels: { trace_id: event?.trace_id, portal_id: event?.portal_id },
  };
}

/** Grafana Loki. Few labels, for each set of values makes a stream; ids stay in the line. */
function loki({ url, credential }: TargetOptions): Target {
  return {
    maxItems: 1_000,
    maxBytes: 3_000_000,
    async send(items) {
      const streams = new Map<string, [string, string][]>();
      for (const { event, raw } of items) {
        const type = event?.type ?? "no_record";
        const at = BigInt((event?.time ?? new Date()).getTime()) * 1_000_000n;
        streams.set(type, [...(streams.get(type) ?? []), [String(at), raw]]);
      }
      const body = [...streams].map(([type, values]) => ({ stream: { job: "konnect-audit", type }, values }));
      await post(
        `${url}/loki/api/v1/push`,
        { ...json, authorization: credential },
        JSON.stringify({ streams: body }),
      );
      return allTaken(items);
    },
  };
}

/** OpenTelemetry logs over OTLP/HTTP JSON: Dynatrace, Grafana Cloud and many more. */
function otlp({ url, credential }: TargetOptions): Target {
  return {
    maxItems: 1_000,
    maxBytes: 3_000_000,
    async send(items) {
      const logRecords = items.map((item) => {
        const attributes = Object.entries({ ...fieldsOf(item), record_id: item.id })
          .filter(([, value]) => value !== undefined && typeof value !== "object")
          .map(([key, value]) => ({ key: `konnect.${key}`, value: { stringValue: String(value) } }));
        const at = BigInt((item.event?.time ?? new Date()).getTime()) * 1_000_000n;
        return { timeUnixNano: String(at), body: { stringValue: item.raw }, attributes };
      });
      const resource = { attributes: [{ key: "service.name", value: { stringValue: "konnect-audit" } }] };
      const body = {
        resourceLogs: [{ resource, scopeLogs: [{ scope: { name: "konnect-audit-logs" }, logRecords }] }],
      };
      const response = await post(
        `${url}/v1/logs`,
        { ...json, authorization: credential },
        JSON.stringify(body),
      );
      // A partial success says how many are lost, not which, and must not be sent again.
      const answer = (await response.json().catch(() => ({}))) as {
        partialSuccess?: { rejectedLogRecords?: number | string };
      };
      const rejected = Number(answer.partialSuccess?.rejectedLogRecords ?? 0);
      if (rejected > 0)
        console.error(
          `! the target took ${items.length - rejected} of ${items.length} records, and does not say which`,
        );
      return allTaken(items);
    },
  };
}

export const targets = { splunk, datadog, elastic, loki, otlp };
