import { KonnectError } from "../errors.js";
import type { AuditEvent } from "../records/event/types.js";
import type { Complete } from "../shared/types.js";
import type { Verifier } from "../signature/verify.js";
import type { Batch, ReceivedRecord } from "./batch.js";

/** What a receiver did not hand on, so that nothing disappears silently. */
export interface Rejected {
  /**
   * - `broken`: it does not inflate, or is not text; Konnect retries it
   * - `too_large`: it is over a limit; it is lost to the webhook, and comes back by a replay only
   * - `not_valid`: (`requireValid`) these records are not Konnect's, were changed, or can never be verified
   */
  reason: "broken" | "too_large" | "not_valid";
  /** What was wrong, in words. */
  problem: string;
  receivedAt: Date;
  /** The body as it came, up to the limit. Absent for `not_valid`. */
  body?: Uint8Array | undefined;
  /** The body is not whole, or was not read to its end. */
  incomplete: boolean;
  /** The records that are not valid. */
  records?: ReceivedRecord[] | undefined;
}

/** What the receiver tells of. */
export interface ReceiverLogger {
  warn(message: string): unknown;
}

/** Configuration of a receiver. */
export interface ReceiverOptions {
  /**
   * What the destination was created with; several during a rotation. `false` takes deliveries of anybody: only where
   * something in front checks who sends.
   */
  authorization: string | readonly string[] | false;
  /**
   * Gets each batch. Konnect is told that it arrived when the promise is resolved, not earlier: make the records durable
   * first. When it rejects, Konnect sends the batch again, up to four times.
   */
  onBatch: (batch: Batch, context: { signal: AbortSignal }) => void | Promise<void>;
  /** Verifies each record. */
  verifier?: Verifier | undefined;
  /** Hands only valid records to `onBatch`; the others go to `onRejected`. Needs a `verifier`. Default `false`. */
  requireValid?: boolean | undefined;
  /** Drops events for which it answers false, before verification. Lines that are no records are kept. */
  filter?: ((event: AuditEvent) => boolean) | undefined;
  /** Gets what is not handed on. When it rejects, Konnect is asked to send the batch again. */
  onRejected?: ((rejected: Rejected) => void | Promise<void>) | undefined;
  /**
   * Is told what went wrong, without secrets and without the text of records; of wrong credentials and full queues at most once
   * a minute, with a count. Default `console`; `false` for silence.
   */
  logger?: ReceiverLogger | false | undefined;
  /** The most bytes of a body as it is sent. Default 16 MiB. */
  maxBodyBytes?: number | undefined;
  /** The most bytes of a body once it is inflated. Default 64 MiB. */
  maxInflatedBytes?: number | undefined;
  /** The most bytes of a line. Default 1 MiB. */
  maxLineBytes?: number | undefined;
  /** The most lines of a batch. Default 200,000. */
  maxRecords?: number | undefined;
  /** How many batches may be at work at once; more are told to come again later. Default 8. */
  maxConcurrent?: number | undefined;
  /** How long a body may take to arrive, in ms. Default 30,000. */
  bodyTimeoutMs?: number | undefined;
  /**
   * How long verification, `onRejected` and `onBatch` of one batch may take together, in ms; then the signal of `onBatch` is
   * aborted, and Konnect retries the batch. Default 30,000.
   */
  handlerTimeoutMs?: number | undefined;
}

export type ResolvedReceiverOptions = Complete<Omit<ReceiverOptions, "verifier" | "filter">> &
  Pick<ReceiverOptions, "verifier" | "filter">;

const LIMITS = {
  maxBodyBytes: 16 * 2 ** 20,
  maxInflatedBytes: 64 * 2 ** 20,
  maxLineBytes: 2 ** 20,
  maxRecords: 200_000,
  maxConcurrent: 8,
  bodyTimeoutMs: 30_000,
  handlerTimeoutMs: 30_000,
};

const FUNCTIONS = ["onBatch", "onRejected", "filter"] as const;
const KNOWN = new Set([
  ...Object.keys(LIMITS),
  ...FUNCTIONS,
  "authorization",
  "verifier",
  "requireValid",
  "logger",
]);

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {@link KonnectError} `invalid_options`, naming the option
 */
export function resolveReceiverOptions(given: ReceiverOptions): ResolvedReceiverOptions {
  const refuse = (problem: string): never => {
    throw new KonnectError("invalid_options", `createReceiver: ${problem}`);
  };
  if (typeof given !== "object" || given === null) refuse("options must be an object");
  for (const name of Object.keys(given)) if (!KNOWN.has(name)) refuse(`there is no option ${name}`);
  const { authorization, verifier, requireValid = false } = given;
  const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
  if (authorization !== false && !isText(authorization)) {
    if (!Array.isArray(authorization) || authorization.length === 0 || !authorization.every(isText))
      refuse(
        "authorization must be what the destination was created with, or false to take deliveries of anybody",
      );
  }
  const credentials = authorization === false ? [] : [authorization].flat();
  if (credentials.some((one) => /^\s|\s$|\p{Cc}/u.test(one)))
    refuse(
      "authorization must not begin or end with white space, or hold a line break or another control character: no HTTP header can match it",
    );
  for (const name of FUNCTIONS)
    if ((name === "onBatch" || given[name] !== undefined) && typeof given[name] !== "function")
      refuse(`${name} must be a function`);
  if (verifier !== undefined && typeof verifier.verify !== "function")
    refuse("verifier must be one of createVerifier");
  if (requireValid && verifier === undefined) refuse("requireValid needs a verifier");
  for (const name of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
    const value = given[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0))
      refuse(`${name} must be a whole number above 0`);
  }
  const { onRejected = () => {}, logger = console } = given;
  if (logger !== false && typeof logger?.warn !== "function")
    refuse("logger must have a function warn, or be false for silence");
  const limits = { ...LIMITS };
  for (const name of Object.keys(LIMITS) as (keyof typeof LIMITS)[])
    limits[name] = given[name] ?? LIMITS[name];
  return { ...given, ...limits, requireValid, onRejected, logger };
}
