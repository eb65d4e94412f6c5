import { Readable } from "node:stream";
import { request as send } from "undici";
import { ExitError } from "../errors.js";
import type { Http } from "./http.js";

/** The parts of a request of AWS's clients that a handler needs (smithy's HttpRequest). */
interface AwsRequest {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  method: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

/** Sends the requests of AWS's clients through the proxies of the environment, and trusts `--ca`: they do neither themselves. */
export function awsHandler({ dispatcher }: Http) {
  return {
    async handle(
      { protocol, hostname, port, path, method, query, headers, body }: AwsRequest,
      { abortSignal }: { abortSignal?: AbortSignal } = {},
    ) {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(query ?? {}))
        for (const one of [value].flat()) search.append(name, one ?? "");
      const text = search.size > 0 ? `?${search}` : "";
      const {
        statusCode,
        headers: answered,
        body: stream,
      } = await send(`${protocol}//${hostname}${port ? `:${port}` : ""}${path}${text}`, {
        method: method as "GET",
        headers,
        body: (body ?? null) as Buffer | null,
        dispatcher,
        ...(abortSignal && { signal: abortSignal }),
      });
      const flat = Object.entries(answered).map(([name, value]) => [name, [value].flat().join(", ")]);
      return {
        response: {
          statusCode,
          headers: Object.fromEntries(flat) as Record<string, string>,
          body: Readable.from(stream),
        },
      };
    },
    destroy() {},
    metadata: { handlerProtocol: "http/1.1" },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

/** @throws ExitError 2 if AWS's client does not know which region to use */
export function checkRegion(error: Error, orElse = ""): void {
  if (/region is missing/i.test(error.message))
    throw new ExitError(2, `no region of AWS: set AWS_REGION${orElse}`, { cause: error });
}
