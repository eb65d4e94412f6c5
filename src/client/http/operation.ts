import type * as z from "zod";
import type { paths } from "../api/generated.js";
import { check } from "../api/validate.js";
import type { CallOptions } from "../options.js";
import { parseResponse } from "./read-response.js";
import type { Transport } from "./transport.js";

type Method = "get" | "post" | "put" | "patch" | "delete";

/** An operation of the description, such as `GET /v2/control-planes`. */
export type Operation = {
  [Path in keyof paths]: {
    [M in Method]: undefined extends paths[Path][M] ? never : `${Uppercase<M>} ${Path}`;
  }[Method];
}[keyof paths];

/** What a request carries, and the schema that checks its response. Without `answer` the response has no body. */
export interface CallRequest<T> {
  path?: Record<string, string> | undefined;
  query?: object | undefined;
  body?: object | undefined;
  answer?: z.ZodType<T> | undefined;
}

/**
 * Sends one operation and returns its checked response.
 *
 * @throws {@link KonnectError} `invalid_response`, and those of the transport
 */
export async function call<T = void>(
  transport: Transport,
  operation: Operation,
  request: CallRequest<T>,
  options: CallOptions,
): Promise<T> {
  const { path, query, body, answer } = request;
  const [method = "", template = ""] = operation.split(" ");
  const fetch = (outgoing: Request) => transport.send(outgoing, options);
  // As text: openapi-fetch would parse a page that `parseResponse` parses, too.
  const init = { params: { path, query }, body, fetch, parseAs: "text" };
  // openapi-fetch types one operation at a time; this one is only known at run time.
  const result = await transport.api.request(method.toLowerCase() as "get", template as never, init as never);
  const { data: text = "", response } = result as { data?: string; response: Response };
  const data = parseResponse(text, response.status, operation);
  if (answer === undefined) return undefined as T;
  return check(answer, data, "invalid_response", `${operation}: unexpected answer`);
}
