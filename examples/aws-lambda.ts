import { receiver } from "./my-receiver.js";

/** The members that it needs of the events of function URLs and API Gateway (payload 1.0 and 2.0). */
interface LambdaEvent {
  httpMethod?: string;
  requestContext?: { http?: { method: string } };
  headers: Record<string, string | undefined>;
  body?: string | null;
  isBase64Encoded?: boolean;
}

/** Configure API Gateway with `binaryMediaTypes: ["*\/*"]`, or it breaks compressed bodies. */
export async function handler(event: LambdaEvent) {
  const method = event.requestContext?.http?.method ?? event.httpMethod ?? "POST";
  const headers = Object.entries(event.headers).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const body = event.body ? Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8") : null;
  const init = { method, headers, ...(method === "POST" && { body }) };
  const { status, headers: answered } = await receiver.fetch(new Request("https://lambda/", init));
  return { statusCode: status, headers: Object.fromEntries(answered) };
}
