import * as z from "zod/mini";
import { MAX_TIMER } from "../shared/abort.js";
import { REGION_PATTERN } from "../shared/regions.js";
import { isSecureUrl } from "../shared/urls.js";

const milliseconds = z.int().check(z.minimum(0), z.maximum(MAX_TIMER));
const timeLimit = z.int().check(z.minimum(1), z.maximum(MAX_TIMER));
const printable = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/;

const retryOptions = z.union(
  [
    z.literal(false),
    z.strictObject({
      retries: z.optional(z.int().check(z.minimum(0), z.maximum(1000))),
      minTimeout: z.optional(milliseconds),
      maxTimeout: z.optional(milliseconds),
    }),
  ],
  { error: "must be false, or an object with the integers retries, minTimeout and maxTimeout (in ms)" },
);

export const tokenText = z
  .string({ error: "must be a string or a function that returns one" })
  .check(z.regex(/^[\x21-\x7e]+$/, "must be an access token: printable ASCII without white space"));

const aFunction = z.custom<never>((value) => typeof value === "function", { error: "must be a function" });

const apiUrl = z.string().check(
  z.refine(isSecureUrl, "must be an https URL (http only on loopback)"),
  z.refine((text) => isBare(text), "must not contain credentials, a query or a fragment"),
  z.refine((text) => !hasVersion(text), "must not contain a version such as /v3: the SDK adds it"),
);

const headers = z.optional(
  z.custom<Record<string, string>>((value) => isHeaders(value), {
    error: "must be an object with names and values of HTTP headers, without Authorization",
  }),
);

export const clientOptions = z.strictObject({
  token: z.optional(
    z.union([aFunction, tokenText], { error: "must be an access token, or a function that returns one" }),
  ),
  region: z.optional(
    z.string().check(z.regex(REGION_PATTERN, 'must be the first label of a host, such as "us" or "eu"')),
  ),
  baseUrl: z.optional(apiUrl),
  globalUrl: z.optional(apiUrl),
  destinationsApiVersion: z.optional(z.enum(["v2", "v3"])),
  logger: z.optional(
    z.custom((value) => isLogger(value), { error: "must have the functions debug and warn" }),
  ),
  timeoutMs: z.optional(timeLimit),
  retry: z.optional(retryOptions),
  fetch: z.optional(aFunction),
  userAgent: z.optional(z.string().check(z.regex(printable, "must be printable ASCII"))),
  headers,
  hooks: z.optional(
    z.strictObject({
      onRequest: z.optional(aFunction),
      onResponse: z.optional(aFunction),
      onRetry: z.optional(aFunction),
    }),
  ),
});

export const callOptions = z.strictObject({
  signal: z.optional(
    z.custom<AbortSignal>((value) => value instanceof AbortSignal, { error: "must be an AbortSignal" }),
  ),
  timeoutMs: z.optional(timeLimit),
  retry: z.optional(retryOptions),
  headers,
});

/** Whether fetch takes these headers. The token goes with each request, so `Authorization` has no effect. */
function isHeaders(given: unknown): boolean {
  if (typeof given !== "object" || given === null) return false;
  try {
    return !new Headers(given as Record<string, string>).has("authorization");
  } catch {
    return false;
  }
}

function isBare(text: string): boolean {
  if (!URL.canParse(text)) return true; // The check before reports it.
  const { username, password, search, hash } = new URL(text);
  return username === "" && password === "" && search === "" && hash === "";
}

function hasVersion(text: string): boolean {
  return URL.canParse(text) && /\/v\d+(\/|$)/i.test(new URL(text).pathname);
}

function isLogger(value: unknown): boolean {
  const { debug, warn } = (value ?? {}) as { debug?: unknown; warn?: unknown };
  return typeof debug === "function" && typeof warn === "function";
}
