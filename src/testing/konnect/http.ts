import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./faults.js";
import { type Answer, Problem } from "./problem.js";
import type { ApiRequest } from "./records.js";

/** The body of a request, or its problem. */
export interface Body {
  value?: unknown;
  problem?: string | undefined;
}

/** The most bytes of a request. */
const MAX_BODY = 2 ** 20;

export async function readBody(incoming: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MAX_BODY) return { problem: `A request has at most ${MAX_BODY} bytes` };
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  try {
    return text === "" ? {} : { value: JSON.parse(text) };
  } catch {
    return { problem: "The body is not JSON" };
  }
}

/** Sends a response, with the fault applied. */
export async function reply(
  outgoing: ServerResponse,
  answer: Answer,
  fault: Fault | undefined,
  request: ApiRequest,
): Promise<void> {
  if (fault?.delayMs !== undefined) await delay(fault.delayMs, undefined, { ref: false });
  if (fault?.reset === true) {
    outgoing.socket?.resetAndDestroy();
    return;
  }
  const { status, body } = fault?.status === undefined ? answer : failure(fault.status, request);
  const text = fault?.html === true ? "<html><body>upstream error</body></html>" : JSON.stringify(body);
  const type =
    fault?.html === true ? "text/html" : status < 400 ? "application/json" : "application/problem+json";
  const headers: Record<string, string> = {};
  if (text !== undefined) headers["content-type"] = type;
  if (fault?.retryAfter !== undefined) headers["retry-after"] = String(fault.retryAfter);
  if (fault?.truncate !== true) {
    outgoing.writeHead(status, headers).end(text);
    return;
  }
  const whole = text ?? "";
  outgoing.writeHead(status, { ...headers, "content-length": Buffer.byteLength(whole) + 1 });
  outgoing.write(whole.slice(0, whole.length / 2), () => outgoing.destroy());
}

function failure(status: number, { traceId }: ApiRequest): Answer {
  return { status, body: new Problem(status, "Injected fault").toBody(String(traceId)) };
}
