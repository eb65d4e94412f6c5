import { receiver } from "./my-receiver.js";

/** The members that it needs of an HttpRequest of Azure Functions, model 4. */
interface AzureRequest {
  method: string;
  headers: { entries(): Iterable<[string, string]> };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Register it with `app.http("logs", { methods: ["POST"], authLevel: "anonymous", handler })` of `@azure/functions`. */
export async function handler(request: AzureRequest) {
  const { method } = request;
  const body = method === "POST" ? await request.arrayBuffer() : null;
  const init = { method, headers: [...request.headers.entries()], body };
  const { status, headers } = await receiver.fetch(new Request("https://function/", init));
  return { status, headers: Object.fromEntries(headers) };
}
