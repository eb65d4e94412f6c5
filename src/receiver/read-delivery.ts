import { KonnectError } from "../errors.js";
import type { AuditEvent } from "../records/event/types.js";
import { checkKnown } from "../shared/known-options.js";
import type { Verifier } from "../signature/verify.js";
import { type Batch, LazyBatch, type LazyRecord, splitRecords } from "./batch.js";
import { createAuthorizer } from "./check-authorization.js";
import { inflated } from "./decompress.js";
import { checkAuthorization, type DeliveryLimits, resolveLimits } from "./limits.js";
import { inSlices } from "./slices.js";

export type { DeliveryLimits } from "./limits.js";

/** The expected `Authorization` (several during a rotation), and the header of the delivery. */
export interface DeliveryAuthorization {
  expected: string | readonly string[];
  received: string | null | undefined;
}

/** The options of `readDelivery`. */
export interface ReadDeliveryOptions {
  /** Checks the delivery's `Authorization`. `false` if something else has checked it. */
  authorization: DeliveryAuthorization | false;
  /** The `Content-Encoding` of the delivery. The body's own first bytes count more. */
  contentEncoding?: string | null | undefined;
  /** Verifies each record; see `record.verification`. */
  verifier?: Verifier | undefined;
  /** Drops events for which it returns false, before verification. Keeps lines that are not records. */
  filter?: ((event: AuditEvent) => boolean) | undefined;
  /** Bounds of the body. */
  limits?: DeliveryLimits | undefined;
  /** Ends the verification. */
  signal?: AbortSignal | undefined;
}

const KNOWN = ["authorization", "contentEncoding", "verifier", "filter", "limits", "signal"];

/**
 * Reads one delivery: from its raw body, as any framework, queue or trigger brings it, to its records. `createReceiver` does this for
 * each request.
 *
 * @param body the bytes of the body, compressed or not
 * @throws {@link KonnectError} `unauthorized`, `delivery_broken`, `delivery_too_large`, `invalid_options`, and `invalid_input` for a
 * body that is not bytes
 * @example
 * ```ts
 * async function handler({ body, headers }: { body: string; headers: Record<string, string> }) {
 *   const { records } = await readDelivery(Buffer.from(body, "base64"), {
 *     authorization: { expected: process.env.SIEM_TOKEN!, received: headers.authorization },
 *     contentEncoding: headers["content-encoding"],
 *   });
 *   await database.insert(records.map(({ id, text }) => ({ id, text })));
 *   return { statusCode: 204 };
 * }
 * ```
 */
export async function readDelivery(body: Uint8Array, options: ReadDeliveryOptions): Promise<Batch> {
  const receivedAt = new Date();
  const limits = checked(body, options);
  const { authorization, contentEncoding, verifier, filter, signal } = options;
  if (authorization !== false && !createAuthorizer(authorization.expected)(authorization.received))
    throw new KonnectError("unauthorized", "the delivery has another Authorization than expected");
  if (body.length > limits.maxBodyBytes)
    throw new KonnectError("delivery_too_large", `more than ${limits.maxBodyBytes} bytes`);
  const text = await inflated(body, contentEncoding ?? "", limits.maxInflatedBytes);
  const all = await splitRecords(text, limits);
  const records = filter === undefined ? all : await wantedOf(all, filter);
  if (verifier !== undefined) await verifyRecords(records, verifier, signal);
  return new LazyBatch(records, receivedAt);
}

async function wantedOf(
  records: LazyRecord[],
  filter: (event: AuditEvent) => boolean,
): Promise<LazyRecord[]> {
  const wanted: LazyRecord[] = [];
  for await (const slice of inSlices(records))
    for (const record of slice) {
      const event = record.readEvent();
      if (event === undefined || filter(event)) wanted.push(record);
    }
  return wanted;
}

async function verifyRecords(records: LazyRecord[], verifier: Verifier, signal: AbortSignal | undefined) {
  async function* inTurns() {
    for await (const slice of inSlices(records)) yield* slice;
  }
  const all = verifier.verifyAll(inTurns(), { bytes: ({ bytes }) => bytes, signal });
  for await (const { record, verification } of all) record.verification = verification;
}

function checked(body: unknown, options: ReadDeliveryOptions) {
  const refuse = (problem: string): never => {
    throw new KonnectError("invalid_options", `readDelivery: ${problem}`);
  };
  checkKnown("readDelivery", options, KNOWN);
  const { authorization, verifier, filter } = options;
  if (authorization !== false) {
    if (typeof authorization !== "object" || authorization === null)
      refuse("authorization must be { expected, received }, or false if something else has checked it");
    checkAuthorization(authorization.expected, "authorization.expected", refuse);
  }
  if (verifier !== undefined && typeof verifier?.verifyAll !== "function")
    refuse("verifier must come from createVerifier");
  if (filter !== undefined && typeof filter !== "function") refuse("filter must be a function");
  if (!(body instanceof Uint8Array))
    throw new KonnectError(
      "invalid_input",
      `readDelivery: body must be a Buffer or a Uint8Array (got ${body === null ? "null" : typeof body}); a text in base64 becomes one with Buffer.from(text, "base64")`,
    );
  return resolveLimits("readDelivery", options.limits ?? {}, refuse);
}
