import { receiver } from "./my-receiver.js";

/** What it needs of the events of function URLs, API Gateway (payload 1.0 and 2.0) and load balancers. */
interface LambdaEvent {
  httpMethod?: string;
  requestContext?: { http?: { method: string } };
  headers?: Record<string, string | undefined> | null;
  /** Of a load balancer with multi-value headers, instead of `headers`. */
  multiValueHeaders?: Record<string, string[] | undefined> | null;
  body?: string | null;
  isBase64Encoded?: boolean;
}

/** Configure API Gateway with `binaryMediaTypes: ["*\/*"]`, or it breaks compressed bodies. */
export async function handler(event: LambdaEvent) {
  const method = event.requestContext?.http?.method ?? event.httpMethod ?? "POST";
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers ?? {}))
    if (value !== undefined) headers.set(name, value);
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {}))
    if (values !== undefined) headers.set(name, values.join(", "));
  const body = event.body ? Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8") : null;
  const init = { method, headers, ...(method === "POST" && { body }) };
  const { status, headers: answered } = await receiver.fetch(new Request("https://lambda/", init));
  return { statusCode: status, headers: Object.fromEntries(answered) };
}
