import { KonnectError } from "../errors.js";
import type { AuditEvent } from "../records/event/types.js";
import { checkKnown } from "../shared/known-options.js";
import type { Complete } from "../shared/types.js";
import type { Verifier } from "../signature/verify.js";
import type { Batch, ReceivedRecord } from "./batch.js";
import { checkAuthorization, type DeliveryLimits, LIMIT_NAMES, positive, resolveLimits } from "./limits.js";

/** What a receiver did not pass to `onBatch`. */
export interface Rejected {
  /**
   * - `broken`: the body cannot be decompressed, or is not text. Konnect retries it
   * - `too_large`: the body is over a limit. Konnect does not retry it; only a replay delivers it again
   * - `not_valid`: (`requireValid`) the records are forged, changed, unsigned, or cannot be verified
   */
  reason: "broken" | "too_large" | "not_valid";
  /** What was wrong, in one sentence. */
  problem: string;
  /** When it arrived, by this machine's clock. */
  receivedAt: Date;
  /** The body as sent, up to the limit. Absent for `not_valid`. */
  body?: Uint8Array | undefined;
  /** True if `body` is not the whole body. */
  truncated: boolean;
  /** The records that are not valid. */
  records?: ReceivedRecord[] | undefined;
}

/** The `authorization` of a destination, several of them, or a function that returns either. */
export type AuthorizationSource = string | readonly string[] | (() => string | readonly string[]);

/** What a receiver logs with. */
export interface ReceiverLogger {
  warn(message: string): unknown;
}

/** Configuration of a receiver. */
export interface ReceiverOptions extends DeliveryLimits {
  /**
   * The `authorization` of the destination, or several during a rotation. A function is called for each delivery, so that a
   * secret can be rotated without a restart; if it throws, the receiver answers 500, and Konnect retries. `false` accepts
   * deliveries from anybody: use it only behind a proxy that authenticates the sender.
   */
  authorization: AuthorizationSource | false;
  /**
   * Called with each batch. The receiver acknowledges the batch once the promise resolves, so make the records durable first.
   * If it rejects, Konnect retries the batch up to four times. After `handlerTimeoutMs`, `signal` is aborted.
   */
  onBatch: (batch: Batch, context: { signal: AbortSignal }) => void | Promise<void>;
  /** Verifies each record; see `record.verification`. */
  verifier?: Verifier | undefined;
  /** Passes only valid records to `onBatch`, and the others to `onRejected`. Needs a `verifier`. Default `false`. */
  requireValid?: boolean | undefined;
  /** Drops events for which it returns false, before verification. Keeps lines that are not records. */
  filter?: ((event: AuditEvent) => boolean) | undefined;
  /** Called with everything that `onBatch` does not get. If it rejects, the receiver answers 500, and Konnect retries. */
  onRejected?: ((rejected: Rejected) => void | Promise<void>) | undefined;
  /**
   * Gets a warning for everything that goes wrong, without secrets or the text of records. Repeated 401s and 429s are logged at
   * most once a minute, with a count. Default `console`; `false` disables it.
   */
  logger?: ReceiverLogger | false | undefined;
  /** The most batches in progress at once. The receiver answers 429 to more, and Konnect retries them. Default 8. */
  maxConcurrent?: number | undefined;
  /** Time limit for the body to arrive, in ms. Default 30,000. */
  bodyTimeoutMs?: number | undefined;
  /**
   * Time limit for verification, `onRejected` and `onBatch` of one batch together, in ms. After it, the signal of `onBatch` is
   * aborted, and Konnect retries the batch. Default 30,000.
   */
  handlerTimeoutMs?: number | undefined;
}

export type ResolvedReceiverOptions = Complete<Omit<ReceiverOptions, "verifier" | "filter">> &
  Pick<ReceiverOptions, "verifier" | "filter">;

const LIMITS = {
  maxConcurrent: 8,
  bodyTimeoutMs: 30_000,
  handlerTimeoutMs: 30_000,
};

const FUNCTIONS = ["onBatch", "onRejected", "filter"] as const;
const KNOWN = [
  ...Object.keys(LIMITS),
  ...LIMIT_NAMES,
  ...FUNCTIONS,
  "authorization",
  "verifier",
  "requireValid",
  "logger",
];

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {@link KonnectError} `invalid_options`, naming the option
 */
export function resolveReceiverOptions(given: ReceiverOptions): ResolvedReceiverOptions {
  const refuse = (problem: string): never => {
    throw new KonnectError("invalid_options", `createReceiver: ${problem}`);
  };
  checkKnown("createReceiver", given, KNOWN);
  const { authorization, verifier, requireValid = false } = given;
  if (authorization !== false && typeof authorization !== "function")
    checkAuthorization(authorization, "authorization", refuse);
  for (const name of FUNCTIONS)
    if ((name === "onBatch" || given[name] !== undefined) && typeof given[name] !== "function")
      refuse(`${name} must be a function`);
  if (verifier !== undefined && typeof verifier.verify !== "function")
    refuse("verifier must come from createVerifier");
  if (requireValid && verifier === undefined) refuse("requireValid needs a verifier");
  const { onRejected = () => {}, logger = console } = given;
  if (logger !== false && typeof logger?.warn !== "function")
    refuse("logger must have a warn function, or be false");
  const times = { ...LIMITS };
  for (const name of Object.keys(LIMITS) as (keyof typeof LIMITS)[])
    times[name] = positive(name, given[name] ?? LIMITS[name], refuse);
  const limits = resolveLimits(
    "createReceiver",
    Object.fromEntries(LIMIT_NAMES.map((name) => [name, given[name]])),
    refuse,
  );
  return { ...given, ...times, ...limits, requireValid, onRejected, logger };
}
