import type * as z from "zod";
import type { paths } from "../api/generated.js";
import { check } from "../api/validate.js";
import type { CallOptions } from "../options.js";
import type { Transport } from "./transport.js";

type Method = "get" | "post" | "put" | "patch" | "delete";

/** An operation of the description, such as `GET /v2/control-planes`. */
export type Operation = {
  [Path in keyof paths]: {
    [M in Method]: undefined extends paths[Path][M] ? never : `${Uppercase<M>} ${Path}`;
  }[Method];
}[keyof paths];

/** What goes into a request, and what its answer is held to; without `answer` it has none. */
export interface CallRequest {
  path?: Record<string, string> | undefined;
  query?: object | undefined;
  body?: object | undefined;
  answer?: z.ZodType | undefined;
}

/** Sends one operation. */
export type Call = <T>(operation: Operation, request: CallRequest, options: CallOptions) => Promise<T>;

/** Joins the typed client with the checks of its answers. */
export function createCall({ api, fetch }: Transport): Call {
  return async <T>(operation: Operation, request: CallRequest, options: CallOptions): Promise<T> => {
    const { path, query, body, answer } = request;
    const [method = "", template = ""] = operation.split(" ");
    const init = { params: { path, query }, body, fetch: fetch(options) };
    // The operation is known at run time only, and the description's types with it.
    const { data } = await api.request(method.toLowerCase() as "get", template as never, init as never);
    if (answer === undefined) return undefined as T;
    return check(answer, data, "invalid_response", `${operation}: unexpected answer`);
  };
}
