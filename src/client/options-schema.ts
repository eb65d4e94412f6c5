import * as z from "zod";
import { MAX_TIMER } from "../shared/abort.js";
import { REGION_PATTERN } from "../shared/regions.js";
import { isSecureUrl } from "../shared/urls.js";

const milliseconds = z.number().int().min(0).max(MAX_TIMER);
const timeLimit = z.number().int().min(1).max(MAX_TIMER);
const printable = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/;

const retryOptions = z.union(
  [
    z.literal(false),
    z.strictObject({
      retries: z.number().int().min(0).max(1000).optional(),
      minTimeout: milliseconds.optional(),
      maxTimeout: milliseconds.optional(),
    }),
  ],
  { error: "must be false, or an object with the integers retries, minTimeout and maxTimeout (in ms)" },
);

export const tokenText = z
  .string({ error: "must be a string or a function that returns one" })
  .regex(/^[\x21-\x7e]+$/, "must be an access token: printable ASCII without white space");

const aFunction = z.custom<never>((value) => typeof value === "function", { error: "must be a function" });

const apiUrl = z
  .string()
  .refine(isSecureUrl, "must be an https URL (http only on loopback)")
  .refine((text) => isBare(text), "must not contain credentials, a query or a fragment")
  .refine((text) => !hasVersion(text), "must not contain a version such as /v3: the SDK adds it");

export const clientOptions = z.strictObject({
  token: z
    .union([aFunction, tokenText], { error: "must be an access token, or a function that returns one" })
    .optional(),
  region: z
    .string()
    .regex(REGION_PATTERN, 'must be the first label of a host, such as "us" or "eu"')
    .optional(),
  baseUrl: apiUrl.optional(),
  globalUrl: apiUrl.optional(),
  destinationsApiVersion: z.enum(["v2", "v3"]).optional(),
  logger: z
    .custom((value) => isLogger(value), { error: "must have the functions debug and warn" })
    .optional(),
  timeoutMs: timeLimit.optional(),
  retry: retryOptions.optional(),
  fetch: aFunction.optional(),
  userAgent: z.string().regex(printable, "must be printable ASCII").optional(),
});

export const callOptions = z.strictObject({
  signal: z
    .custom<AbortSignal>((value) => value instanceof AbortSignal, { error: "must be an AbortSignal" })
    .optional(),
  timeoutMs: timeLimit.optional(),
  retry: retryOptions.optional(),
});

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
