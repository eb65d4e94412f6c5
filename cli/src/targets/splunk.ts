import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ExitError } from "../errors.js";
import { fieldsOf } from "./fields.js";
import { allTaken, jsonObject } from "./http.js";
import type { Target, TargetOptions } from "./target.js";
import { Busy, Refused } from "./verdict.js";

/** How to wait for Splunk's acknowledgement. Splunk indexes a batch that does not fill its buffers after about two minutes. */
export interface SplunkOptions extends TargetOptions {
  /** Default 1,000 ms. */
  pollMs?: number;
  /** The time after which the batch is sent again. Default: five minutes. */
  patienceMs?: number;
}

/** Codes of a 400 that do not depend on an event: the index, the channel. */
const SETTINGS = new Set([7, 10, 11, 14]);

/**
 * Splunk's HTTP Event Collector: event JSON, one object after the other. If the token has indexer acknowledgement, events are
 * accepted once Splunk has indexed them. A load balancer then needs sticky sessions, because each indexer counts separately.
 */
export function splunk(options: SplunkOptions): Target {
  const { url, credential, http, pollMs = 1_000, patienceMs = 300_000 } = options;
  if (credential === undefined) throw new ExitError(2, "Splunk requires a token: set SIEM_CREDENTIAL");
  const channel = randomUUID();
  const headers = { authorization: `Splunk ${credential}`, "x-splunk-request-channel": channel };

  const isIndexed = async (ackId: number): Promise<boolean> => {
    const ask = http.post(
      `${url}/services/collector/ack?channel=${channel}`,
      headers,
      JSON.stringify({ acks: [ackId] }),
      { judge: (message) => new Error(`Splunk's acknowledgement: ${message}`) },
    );
    const text = await ask.catch((error) => {
      if (error instanceof Busy) return "{}";
      throw error;
    });
    const { acks } = jsonObject(text) as { acks?: Record<string, boolean> };
    return acks?.[ackId] === true;
  };

  return {
    maxItems: 500,
    maxBytes: 800_000,
    encode: (item) =>
      JSON.stringify({
        ...(item.event?.time && { time: item.event.time.getTime() / 1_000 }),
        source: "konnect",
        sourcetype: "konnect:audit",
        event: item.event === undefined ? item.raw : fieldsOf(item),
      }),
    async send(records) {
      const body = records.map(({ text }) => text).join("\n");
      const text = await http.post(`${url}/services/collector/event`, headers, body, { judge });
      const { ackId } = jsonObject(text);
      if (typeof ackId !== "number") return allTaken(records);
      const deadline = performance.now() + patienceMs;
      while (!(await isIndexed(ackId))) {
        if (performance.now() > deadline) throw new Busy("Splunk did not index it in time");
        await sleep(pollMs);
      }
      return allTaken(records);
    },
  };
}

function judge(message: string, text: string): Error {
  const { code, "invalid-event-number": index } = jsonObject(text);
  if (SETTINGS.has(code as number)) return new Error(`Splunk ${message}`);
  return new Refused(message, typeof index === "number" ? index : undefined);
}
